"""Made-up names for the sample: subdistricts, communities, compounds, roads. None is meant to be a real place."""

import geopandas as gpd
import numpy as np
import shapely

SUBDISTRICTS = (
    "松涛街道",
    "望河街道",
    "锦棠街道",
    "长桥街道",
    "柳营街道",
    "明德街道",
    "云杉街道",
    "南渡街道",
    "青禾镇",
    "东岭区域服务中心",
)
SUBDISTRICT_CODES = ("001", "002", "003", "004", "005", "006", "007", "008", "100", "401")
"""Subdistricts 001–099, towns 100–199, other parents from 400 on."""

_STEMS = (
    "松风 听涛 晴川 鼓楼西 文庙 书院 状元桥 旧城里 槐荫",
    "望河 河湾 沐川 柳堤 渡口 芦花 石桥 临波 枫林",
    "锦棠 海棠里 丁香 玉兰 芳菲 牡丹园 紫荆 蔷薇里 桂华",
    "长桥 虹桥里 桥南 桥西 南驿 古驿 驼铃 马场 商贸里",
    "柳营 营坊 校场 军民里 北营 柳荫 箭楼 演武 平安里",
    "明德 崇文 弘毅 致远 博雅 格物 知行 求是 尚学",
    "云杉 云起 白桦 落叶松 青松岭 林间 雪松 红桦 云栖",
    "南渡 新渡 沙湾 双渡 渔歌 汀洲 蒲苇 平沙 远帆",
    "青禾 麦香 粟园 稻花 谷丰 禾苗 丰登 阡陌 田园里",
    "东岭 岭下 云岭 岭秀 朝阳坡 半山 石泉 岭南里 松岗",
)
"""Names of the communities of each subdistrict, as many as it may have."""

_COMPOUND_FIRST = (
    *("锦绣", "翠湖", "金桂", "阳光", "滨河", "和美", "祥云", "嘉禾", "瑞景", "天泽"),
    *("星海", "绿洲", "碧水", "华庭", "丽景", "春晖", "秋实", "东篱", "南山", "西府", "北辰"),
    *("御景", "雅居", "福临", "康泰", "安盛", "宏源", "明珠", "银杏", "金色", "紫云"),
    *("青年", "新华", "机械厂", "毛纺", "铁路", "糖厂", "电力", "邮电", "教师", "公园"),
    *("水岸", "云麓", "时代", "学府", "书香", "名都", "富丽", "万和", "兴盛", "友谊"),
    *("红旗", "前进", "建设", "农机", "皮革", "食品", "五金", "百合", "蓝湾", "枫叶"),
)
_COMPOUND_LAST = (
    *("花园", "家园", "小区", "苑", "新村", "公寓", "雅苑", "名邸", "府", "里", "佳苑", "嘉园", "新城", "宿舍"),
    *("北区", "南区", "东区", "西区"),
)

_ROAD_FIRST = "安宝长昌德东丰福光广和恒宏华嘉建锦康乐隆明宁平庆仁瑞盛泰祥兴"
_ROAD_LAST = "宁泰和顺达盛义信学工林原山水源居园门景辉春秋阳新"


def community_names(subdistrict: np.ndarray) -> np.ndarray:
    """Name of each community, unique: those of a subdistrict (by number) in their order."""
    taken = [0] * len(_STEMS)
    names = []
    for number in subdistrict.tolist():
        names.append(f"{_STEMS[number].split()[taken[number]]}社区")
        taken[number] += 1
    return np.array(names, dtype=object)


def compound_names(count: int, rng: np.random.Generator) -> list[str]:
    """Names of compounds, no two alike."""
    every = [first + last for first in _COMPOUND_FIRST for last in _COMPOUND_LAST]
    return [every[number] for number in rng.permutation(len(every))[:count]]


def road_names(lines: gpd.GeoDataFrame, rng: np.random.Generator) -> list[str]:
    """Names of roads, no two alike: 街 where a road runs east–west, 路 north–south, 巷 for a lane."""
    every = [first + last for first in _ROAD_FIRST for last in _ROAD_LAST if first != last]
    west, south, east, north = shapely.bounds(lines.geometry.to_numpy()).T
    ending = np.where(lines["class"] == "residential", "巷", np.where(east - west > north - south, "街", "路"))
    order = rng.permutation(len(every))[: len(lines)]
    return [every[number] + end for number, end in zip(order, ending, strict=True)]
