"""Whether things are heard from, and what is wrong with them: the things of the city as an operator watches them."""
