"""Names of the fictional city: districts, towns, communities, roads, people. Nothing here means a real place or person."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

CITY = ("4299", "汉江市", "Hanjiang (simulated)")
COUNTIES = (("临汉区", "Linhan"), ("云亭区", "Yunting"), ("南浦区", "Nanpu"), ("荷渡区", "Hedu"))
STREETS = (
    "老城", "文昌", "桥头", "青石", "柳林", "稻香", "望江", "钟楼", "西园", "新港", "白鹭", "东湖口", "石牌岭", "古渡", "凤台", "梅园",
)  # fmt: skip
FIRST = "春和安文青金银东兴福永康清云月江"
SECOND = "园桥里坊塘湾溪庄台岭渡洲井巷苑亭"
GREAT_ROADS = (
    "汉江大道", "人民大道", "解放大道", "建设大道", "文昌大道", "迎宾大道", "长虹大道", "滨湖大道", "中山大道", "航空大道", "江汉大道", "高铁大道",
)  # fmt: skip
STEMS = (
    "和平", "胜利", "光明", "友谊", "团结", "幸福", "青年", "工农", "前进", "新华", "朝阳", "东风", "红星", "长安", "永安", "太平", "兴业", "富民",
    "学府", "书院", "棉纺", "车站", "港口", "药王", "米市", "鱼市", "铁佛", "钟鼓", "石桥", "柳堤", "荷花", "桂花", "樱花", "梅岭", "竹园", "松涛",
    "白云", "紫薇", "玉泉", "龙潭", "凤鸣", "鹤舞", "鹿门", "雁栖", "燕山", "星火", "创业", "科技", "高新", "云计", "锦绣", "春晖", "秋实", "夏荷",
    "冬青", "晨光", "晚晴", "丰收", "稻花", "麦香", "渔歌", "帆影", "江声", "月亮", "双桥", "三里", "四方", "五福", "六合", "七星", "八角", "九曲",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"  # noqa: E501
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰", "霞", "平", "刚", "桂英", "建国", "建华",
    "文", "辉", "玲", "红梅", "志强", "海燕", "晓东", "小红", "国庆", "春梅", "玉兰", "雪", "鹏", "飞", "宇", "浩", "婷", "欣怡", "子轩", "梓涵", "雨桐",
    "佳", "倩", "凯", "峰", "龙", "波", "斌", "鑫", "丹", "萍", "慧", "莉", "琴", "云", "莲", "健", "俊", "帅", "旭", "晨", "阳", "博", "思远", "嘉怡",
)  # fmt: skip


def community_names(rng: Generator, count: int) -> list[str]:
    """Stems of two characters, none twice."""
    all_of_them = [a + b for a in FIRST for b in SECOND]
    return [all_of_them[i] for i in rng.permutation(len(all_of_them))[:count]]


def road_stems(rng: Generator, count: int) -> list[str]:
    """Stems of roads; when they run out, the numbered sisters of the first."""
    order = rng.permutation(len(STEMS))
    stems = [STEMS[i] for i in order]
    for number in "一二三四五":
        stems += [f"{STEMS[i]}{number}" for i in order]
    return stems[:count]


def person_names(rng: Generator, count: int) -> list[str]:
    """Names of people who do not exist; each once."""
    made: dict[str, None] = {}
    while len(made) < count:
        surname = SURNAMES[int(len(SURNAMES) * rng.random() ** 1.6)]
        made[surname + GIVEN[int(rng.integers(len(GIVEN)))]] = None
    return list(made)


def phone_numbers(rng: Generator, count: int) -> list[str]:
    """Numbers of the range 154, which no operator in China has been given: they can belong to nobody."""
    tails = rng.permutation(10_000_000)[:count] if count > 1000 else np.unique(rng.integers(0, 10**8, count * 2))[:count]
    return [f"154{int(tail):08d}" for tail in tails]
