"""Traditional and variant characters of place names with their simplified form; good for proposing, not for joining.

A short table of what is common in names of streets and communities. It is no converter: most characters are not in it,
and 後, 里 and their like have names of their own.
"""

_TRADITIONAL = (
    "東門區園廣華國營橋龍鳳興臺灣樓場廠灘溝嶺島陽陰雲長寶慶豐廟觀關馬鳥魚鐵銀錦鎮鄉縣車軍運進達遠邊爾圖書學實勝聖"
    "蘭萬葉蘇團結紅綠經緯總聯衛濱澤濟滿環畫禮積紡織線羅義莊蓮貝財貴賓賢趙躍軒農醫鋼錢間閣隊雙電靈靜順頭風飛館體"
    "後裡舊漢廳業樹楊劉張陳黃溫態歡樂麗湖喬歸濕寧濤潔鹽勞動黨眾號廿塔齊匯豎亞"
)
_SIMPLIFIED = (
    "东门区园广华国营桥龙凤兴台湾楼场厂滩沟岭岛阳阴云长宝庆丰庙观关马鸟鱼铁银锦镇乡县车军运进达远边尔图书学实胜圣"
    "兰万叶苏团结红绿经纬总联卫滨泽济满环画礼积纺织线罗义庄莲贝财贵宾贤赵跃轩农医钢钱间阁队双电灵静顺头风飞馆体"
    "后里旧汉厅业树杨刘张陈黄温态欢乐丽湖乔归湿宁涛洁盐劳动党众号廿塔齐汇竖亚"
)
_VARIANTS, _USUAL = "裏峯邨綫墻羣啓衆眞甯昇溼菴", "里峰村线墙群启众真宁升湿庵"

_TABLE = str.maketrans(_TRADITIONAL + _VARIANTS, _SIMPLIFIED + _USUAL)


def simplified(name: str) -> str:
    """Write the characters of the table in their simplified, usual form.

    >>> simplified("廣場東社區")
    '广场东社区'
    """
    return name.translate(_TABLE)
