def test_everybody_of_the_cast_is_who_he_seems(cast):
    assert cast.viewer("dispatcher").may("case.dispatch")
    assert cast.viewer("handler").grants[0].organisation_path == cast.organisation.path
    assert cast.viewer("nobody").grants == ()
