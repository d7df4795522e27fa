"""The words of the trade in Chinese, by their English name (DESIGN: the same words everywhere)."""

from __future__ import annotations

import re

CHINESE = {
    "account": "账号",
    "api client": "接口账号",
    "assortment": "可售范围",
    "barcode": "条码",
    "category": "类目",
    "code": "编码",
    "dispute": "异议",
    "draft": "草稿",
    "hold": "库存占用",
    "invitation": "邀请",
    "legal entity": "核算主体",
    "list": "清单",
    "member": "成员",
    "order": "订单",
    "order line": "订单行",
    "organization": "组织",
    "pack": "包装",
    "payment": "付款",
    "price": "价格",
    "price list": "价格表",
    "product": "商品",
    "relationship": "经销关系",
    "return": "退货单",
    "role": "角色",
    "shipment": "发货单",
    "SKU": "规格",
    "statement": "对账单",
    "warehouse": "仓库",
    "accepted": "已接受",
    "active": "有效",
    "cancelled": "已取消",
    "closed": "已完成",
    "confirmed": "已确认",
    "disputed": "有异议",
    "ended": "已终止",
    "in_review": "待审核",
    "issued": "待确认",
    "received": "已收货",
    "recorded": "待收款确认",
    "refused": "已拒绝",
    "released": "已释放",
    "requested": "待处理",
    "suspended": "已暂停",
    "to_confirm": "待确认",
    "to_receive": "待收货",
    "to_ship": "待发货",
}

# Fields of forms, as people are told of them; one that is not here is a program's, or is called by
# the words that its name consists of.
FIELDS_IN_CHINESE = {
    "account": "账号",
    "address": "地址",
    "amount": "金额",
    "barcode": "条码",
    "baseUnit": "基本单位",
    "brand": "品牌",
    "buyerReference": "采购方单号",
    "carrier": "承运人",
    "code": "编码",
    "codes": "编码",
    "creditLimit": "信用额度",
    "currency": "币种",
    "description": "说明",
    "dueOn": "到期日",
    "email": "邮箱",
    "fullName": "全称",
    "limit": "额度",
    "lines": "订单行",
    "months": "月数",
    "name": "名称",
    "nameEn": "英文名称",
    "note": "备注",
    "orderMinimum": "起订金额",
    "ownCode": "自有编码",
    "paidOn": "付款日",
    "password": "密码",
    "paymentDays": "账期天数",
    "periodTo": "账期截止日",
    "permissions": "权限",
    "prices": "价格",
    "priority": "优先级",
    "promisedOn": "承诺日",
    "quantity": "数量",
    "quantityMinimum": "起订量",
    "quantityStep": "订货倍数",
    "reason": "原因",
    "reference": "凭证号",
    "region": "地区",
    "requestedOn": "要求到货日",
    "resolution": "处理结果",
    "rows": "行",
    "search": "搜索内容",
    "shipToAddress": "收货地址",
    "shipToRegion": "收货地区",
    "territory": "授权区域",
    "trackingNumber": "运单号",
    "unitPrice": "单价",
    "units": "单位数",
    "validFrom": "生效时间",
    "validTo": "失效时间",
}
FIELDS_IN_ENGLISH = {
    "dueOn": "due day",
    "email": "e-mail",
    "nameEn": "English name",
    "paidOn": "day of payment",
    "periodTo": "end of the period",
    "promisedOn": "promised day",
    "requestedOn": "requested day",
    "shipToAddress": "address to ship to",
    "shipToRegion": "region to ship to",
    "validFrom": "begin of validity",
    "validTo": "end of validity",
}


def field_in_chinese(field: str) -> str:
    return FIELDS_IN_CHINESE.get(field, field)


def field_in_english(field: str) -> str:
    """`trackingNumber` is a tracking number."""
    if field in FIELDS_IN_ENGLISH:
        return FIELDS_IN_ENGLISH[field]
    return re.sub(r"(?<=[a-z])[A-Z]", lambda found: f" {found[0].lower()}", field)
