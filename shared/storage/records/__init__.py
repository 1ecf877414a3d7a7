"""The tables. Every merchant's row is keyed (merchant_id, id); relationships are never walked implicitly."""

from shared.storage.records.audit import AuditRecord
from shared.storage.records.base import Base, TenantRow
from shared.storage.records.branding import BrandingRecord, LogoRecord, MailTextRecord
from shared.storage.records.bulk import BulkRowRecord, BulkRunRecord
from shared.storage.records.cancellations import (
    RequestRecord,
    RequestUnitsRecord,
    RestockRuleRecord,
    StockMovementRecord,
    StockRecord,
)
from shared.storage.records.days import (
    OrderDayRecord,
    RateAlertRecord,
    RefundDayRecord,
    RequestDayRecord,
    SkuDayRecord,
)
from shared.storage.records.gateways import GatewayRecord, ReportedRefundRecord
from shared.storage.records.lists import (
    OrderCountRecord,
    OrderExportChunkRecord,
    OrderExportRecord,
    OrderViewRecord,
)
from shared.storage.records.money import AdjustedItemRecord, AdjustmentRecord, RefundRecord
from shared.storage.records.operator import AgentSessionRecord, OperatorCaseRecord
from shared.storage.records.orders import (
    LineItemRecord,
    OrderPartRecord,
    OrderRecord,
    OrderTermRecord,
    PaymentRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.records.outbox import (
    AnswerRecord,
    EffectRecord,
    MailboxRecord,
    MessageRecord,
    PersonalTextRecord,
    TimelineRecord,
)
from shared.storage.records.people import (
    ApiKeyRecord,
    ClockRecord,
    ConsoleSessionRecord,
    DoorRecord,
    LinkRecord,
    MembershipRecord,
    MerchantRecord,
    UserRecord,
)
from shared.storage.records.settings import ForeignCodeRecord, PolicyVersionRecord, ReasonRecord
from shared.storage.records.sign_in import (
    InvitationRecord,
    LetterRecord,
    PasskeyRecord,
    PasswordResetRecord,
    RecoveryCodeRecord,
)
from shared.storage.records.support import (
    CannedReplyRecord,
    CaseMessageRecord,
    CaseOfferRecord,
    CasePictureRecord,
    CaseRecord,
)
from shared.storage.records.uploads import UploadChunkRecord, UploadFindingRecord, UploadRecord
from shared.storage.records.webhooks import WebhookDeliveryRecord, WebhookEndpointRecord

__all__ = [
    "AdjustedItemRecord",
    "AdjustmentRecord",
    "AgentSessionRecord",
    "AnswerRecord",
    "ApiKeyRecord",
    "AuditRecord",
    "Base",
    "BrandingRecord",
    "BulkRowRecord",
    "BulkRunRecord",
    "CannedReplyRecord",
    "CaseMessageRecord",
    "CaseOfferRecord",
    "CasePictureRecord",
    "CaseRecord",
    "ClockRecord",
    "ConsoleSessionRecord",
    "DoorRecord",
    "EffectRecord",
    "ForeignCodeRecord",
    "GatewayRecord",
    "InvitationRecord",
    "LetterRecord",
    "LineItemRecord",
    "LinkRecord",
    "LogoRecord",
    "MailTextRecord",
    "MailboxRecord",
    "MembershipRecord",
    "MerchantRecord",
    "MessageRecord",
    "OperatorCaseRecord",
    "OrderCountRecord",
    "OrderDayRecord",
    "OrderExportChunkRecord",
    "OrderExportRecord",
    "OrderPartRecord",
    "OrderRecord",
    "OrderTermRecord",
    "OrderViewRecord",
    "PasskeyRecord",
    "PasswordResetRecord",
    "PaymentRecord",
    "PersonalTextRecord",
    "PolicyVersionRecord",
    "RateAlertRecord",
    "ReasonRecord",
    "RecoveryCodeRecord",
    "RefundDayRecord",
    "RefundRecord",
    "ReportedRefundRecord",
    "RequestDayRecord",
    "RequestRecord",
    "RequestUnitsRecord",
    "RestockRuleRecord",
    "ShipmentRecord",
    "ShipmentUnitsRecord",
    "SkuDayRecord",
    "StockMovementRecord",
    "StockRecord",
    "TenantRow",
    "TimelineRecord",
    "UploadChunkRecord",
    "UploadFindingRecord",
    "UploadRecord",
    "UserRecord",
    "WebhookDeliveryRecord",
    "WebhookEndpointRecord",
]
