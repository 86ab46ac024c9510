"""The one table from a refusal's code to its HTTP status and what people are told about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.ci.refusals import AccountRefusal as Account
from domain.ci.refusals import JobRefusal as Job
from domain.kernel.refused import KernelRefusal as Kernel
from domain.orders.commands import OrderRefusal as Order
from domain.payments.commands import PaymentRefusal as Payment
from domain.policies.importing import ImportRefusal as Import
from domain.shipments.commands import ShipmentRefusal as Shipment
from handlers.api.edge import EdgeRefusal as Edge


@dataclass(frozen=True, slots=True)
class Problem:
    """`title` says what was wrong, `advice` what to do.

    `in_path` is the status when the field at fault names the thing in the path itself.
    """

    status: int
    title: str
    advice: str
    in_path: int = 0


PROBLEMS: Final[Mapping[StrEnum, Problem]] = {
    # ---- The request itself ------------------------------------------------------------------
    Edge.CALLER_UNKNOWN: Problem(
        401,
        "Nobody is asking",
        "Sign the request with IAM, or send the JWT of your service. Links from statuses and mails "
        "need neither: follow the whole of one, or look for a newer one.",
    ),
    Edge.SIGNATURE_INVALID: Problem(
        401,
        "The webhook is not signed by a live secret",
        "Give the webhook at GitHub the secret of this service; X-Hub-Signature-256 must fit.",
    ),
    Edge.NOT_TAKEN_IN: Problem(
        503,
        "The webhook could not be written down",
        "Nothing needs to be done: GitHub is asked to send it again.",
    ),
    Edge.ROUTE_NOT_FOUND: Problem(
        404, "There is nothing under this path", "See /docs for every path there is."
    ),
    Edge.METHOD_NOT_ALLOWED: Problem(
        405, "This path has other methods", "Use a method that the Allow header names."
    ),
    Edge.IDEMPOTENCY_KEY_MISSING: Problem(
        400,
        "A command needs an Idempotency-Key",
        "Send a new Idempotency-Key for a new command, and the same one when you send it again.",
    ),
    Edge.IDEMPOTENCY_KEY_INVALID: Problem(
        400, "The Idempotency-Key is malformed", "Use 1 to 255 printable ASCII characters."
    ),
    Edge.IF_MATCH_INVALID: Problem(
        400, "The If-Match header is malformed", 'Send one ETag as you got it, like "3", or *.'
    ),
    Edge.CORRELATION_ID_INVALID: Problem(
        400,
        "The X-Correlation-Id is malformed",
        "Use up to 128 letters, digits and any of . _ : @ ~ - after a letter or digit.",
    ),
    Edge.CURSOR_INVALID: Problem(
        400, "The cursor is not one of ours", "Send next_cursor unchanged, with the same path."
    ),
    Edge.BODY_TOO_LARGE: Problem(
        413, "The body is too large", "Split the command into several that each say less."
    ),
    Edge.BODY_NOT_JSON: Problem(
        400, "The body is not JSON", "Send one JSON object in UTF-8, without NaN or Infinity."
    ),
    Edge.BODY_TOO_DEEP: Problem(
        400, "The body is nested too deeply", "Send the body that /docs shows; it nests 3 deep."
    ),
    Edge.DUPLICATE_KEY: Problem(
        400, "An object in the body has a key twice", "Send each key once."
    ),
    Edge.CONTENT_TYPE_NOT_JSON: Problem(
        400, "The body is not declared as JSON", "Send Content-Type: application/json."
    ),
    Edge.VALIDATION_FAILED: Problem(
        422, "Something in the request cannot be so", "Each of `errors` names a field and a rule."
    ),
    Edge.CURRENCY_DIFFERS: Problem(
        422, "Two currencies in one order", "Give the total in the order's own currency."
    ),
    Edge.TRACKING_NOT_FOUND: Problem(
        404,
        "No parcel travels under this number",
        "Check carrier and number; a number registered just now needs a moment to be found.",
    ),
    Edge.PROBLEM_NOT_FOUND: Problem(404, "There is no such problem", "Use a problem's own `type`."),
    Edge.LOG_NOT_FOUND: Problem(
        404,
        "There is no such log",
        "Name one of the job's attempts; what a run says is kept within half a minute.",
    ),
    Edge.COMMIT_TOO_LARGE: Problem(
        413,
        "This changes more at once than can be written",
        "Split the command into several that each change less.",
    ),
    Edge.STORE_UNAVAILABLE: Problem(
        503,
        "The store did not answer",
        "Send the same request again with the same Idempotency-Key: it happens once.",
    ),
    Edge.INTERNAL: Problem(
        500,
        "This is our defect",
        "Send the same request again with the same key, or tell us its X-Correlation-Id.",
    ),
    # ---- Kernel ------------------------------------------------------------------------------
    Kernel.BUSY: Problem(
        503,
        "Too many others wrote at the same moment",
        "Send the same request again with the same Idempotency-Key.",
    ),
    Kernel.COMMAND_ID_REUSED: Problem(
        409,
        "This Idempotency-Key was used for something else",
        "Use a new Idempotency-Key, or send exactly what was sent with it before.",
    ),
    Kernel.STALE_VERSION: Problem(
        412,
        "It has changed since you read it",
        "Read it again, decide again, and send the new ETag in If-Match.",
    ),
    Kernel.CLAIM_TAKEN: Problem(
        409, "Another holds this already", "Check the number, or end the one that holds it first."
    ),
    Kernel.INVALID_ID: Problem(
        422,
        "An id is malformed",
        "Use up to 128 letters, digits and any of . _ : @ ~ - after a letter or digit.",
    ),
    Kernel.INVALID_AMOUNT: Problem(
        422, "An amount is out of bounds", "Give an integer of minor units within the bounds."
    ),
    Kernel.UNKNOWN_CURRENCY: Problem(
        422, "The currency is not known", "Use an ISO 4217 code in capitals, like EUR."
    ),
    # ---- Orders ------------------------------------------------------------------------------
    Order.ORDER_EXISTS: Problem(409, "The order exists already", "Use a new Idempotency-Key."),
    Order.ORDER_NOT_FOUND: Problem(404, "There is no such order", "Check the order's id."),
    Order.ORDER_CLOSED: Problem(
        409, "The order is closed", "A completed or cancelled order stays as it is."
    ),
    Order.ORDER_IMPORTED: Problem(
        409, "The order is imported history", "It is shown as it was; nothing more happens to it."
    ),
    Order.ORDER_ON_HOLD: Problem(409, "The order is on hold", "Release its holds first."),
    Order.ORDER_NOT_CONFIRMED: Problem(
        409,
        "The order is not confirmed yet",
        "Wait until its payments are authorised for what is due.",
    ),
    Order.NO_LINES: Problem(422, "There are no lines", "Name at least one line."),
    Order.TOO_MANY_LINES: Problem(422, "There are too many lines", "Use several orders."),
    Order.INVALID_QUANTITY: Problem(
        422, "A quantity is out of bounds", "Give a whole number within the bounds."
    ),
    Order.UNKNOWN_LINE: Problem(
        422, "The order has no such line", "Use a line_id of this order's lines.", in_path=404
    ),
    Order.DUPLICATE_LINE: Problem(
        422, "A line is named twice", "Name each line once, with its whole quantity."
    ),
    Order.LINE_NOT_OPEN: Problem(
        409,
        "Not that many units are open",
        "Units that were cancelled or are in a shipment cannot be used again.",
    ),
    Order.TOTAL_DOES_NOT_ADD_UP: Problem(
        422, "The total does not add up", "Send what lines, shipping, tax and discount sum to."
    ),
    Order.DISCOUNT_EXCEEDS_LINES: Problem(
        422, "The discount is more than the lines", "Give a discount of at most the lines' sum."
    ),
    Order.IN_SHIPMENT: Problem(
        409, "Units are in a shipment", "Cancel its shipments first, or only the open lines."
    ),
    Order.NOT_ON_HOLD: Problem(
        409, "There is no such hold on the order", "Release a hold that the order has."
    ),
    Order.NOT_AUTHORISED: Problem(
        409, "Not all that is due is authorised", "Create a payment for what is missing."
    ),
    Order.NOT_FINISHED: Problem(
        409, "The order is not finished", "Deliver or cancel what is open, and settle the balance."
    ),
    Order.UNKNOWN_PAYMENT: Problem(
        404, "The order has no such payment", "Use a payment_id of this order's payments."
    ),
    Order.UNKNOWN_SHIPMENT: Problem(
        404, "The order has no such shipment", "Use a shipment_id of this order's shipments."
    ),
    Order.TOO_MANY_SHIPMENTS: Problem(
        409, "The order has as many shipments as it may", "Put more units into one shipment."
    ),
    Order.TOO_MANY_PAYMENTS: Problem(
        409, "The order has as many payments as it may", "Ask for one payment of what is missing."
    ),
    Order.TOO_MANY_MOVEMENTS: Problem(
        409, "The order has as many captures, voids and refunds as it may", "Move larger amounts."
    ),
    Order.MORE_THAN_OPEN: Problem(
        409,
        "That is more than is open",
        "Ask for an amount of at least 1 and at most what is open.",
    ),
    # ---- Payments ----------------------------------------------------------------------------
    Payment.PAYMENT_NOT_FOUND: Problem(
        404, "There is no such payment", "Use a payment_id of this order's payments."
    ),
    Payment.PAYMENT_EXISTS: Problem(
        409, "The payment exists already", "Use a new Idempotency-Key."
    ),
    Payment.NOT_AUTHORISED: Problem(
        409, "The payment is not authorised", "Wait for the provider's answer, or pay anew."
    ),
    Payment.MORE_THAN_AUTHORISED: Problem(
        409, "That is more than is held", "Ask for at most what is held and not yet taken."
    ),
    Payment.MORE_THAN_CAPTURED: Problem(
        409, "That is more than was taken", "Give back at most what was taken."
    ),
    Payment.OPERATION_REUSED: Problem(
        409, "The operation was asked for with another amount", "Use a new Idempotency-Key."
    ),
    Payment.UNKNOWN_OPERATION: Problem(
        404, "The payment has no such operation", "Use an operation_id of this payment."
    ),
    # ---- Shipments ---------------------------------------------------------------------------
    Shipment.SHIPMENT_NOT_FOUND: Problem(
        404, "There is no such shipment", "Use a shipment_id of this order's shipments."
    ),
    Shipment.SHIPMENT_EXISTS: Problem(
        409, "The shipment exists already", "Use a new Idempotency-Key."
    ),
    Shipment.SHIPMENT_CLOSED: Problem(
        409, "The shipment has ended", "Create another shipment for what is still to be sent."
    ),
    Shipment.ALREADY_MOVING: Problem(
        409, "A carrier has the parcel already", "It can only arrive or come back now."
    ),
    Shipment.INVALID_CARRIER: Problem(
        422,
        "The carrier's code is malformed",
        "Use up to 40 of a to z, 0 to 9, _ and -, beginning with a letter, like ups.",
    ),
    Shipment.INVALID_TRACKING_NUMBER: Problem(
        422,
        "The tracking number is malformed",
        "Use 4 to 64 letters and digits; blanks and hyphens are left out.",
    ),
    Shipment.SHIPMENT_IMPORTED: Problem(
        409, "The shipment is imported history", "It is read-only; only scans are still recorded."
    ),
    Shipment.TOO_MANY_SCANS: Problem(
        409, "The shipment has as many scans as it may", "Look at what sends so many of them."
    ),
    Shipment.INVALID_SCAN: Problem(
        422, "No carrier reports this status", "Use a status that a carrier can see."
    ),
    # ---- CI ----------------------------------------------------------------------------------
    Job.JOB_NOT_FOUND: Problem(404, "There is no such job", "Check the job's id."),
    Job.JOB_NOT_PENDING: Problem(
        409, "The job does not wait any more", "Only what waits in a queue can be moved there."
    ),
    Job.JOB_ENDED: Problem(
        409, "The job has ended", "It stays as it ended; retry it to have it run again."
    ),
    Job.JOB_NOT_ENDED: Problem(
        409, "The job has not ended yet", "Wait for its end, or cancel it first."
    ),
    Job.STALE_ATTEMPT: Problem(
        409,
        "This run is no longer the job's",
        "Stop it: the job has ended or goes on in another attempt.",
    ),
    Job.INVALID_PRIORITY: Problem(
        422, "There is no such priority", "Give 1, the lowest, to 9, the highest; 5 is normal."
    ),
    Account.INVALID_SLOTS: Problem(
        422, "That many slots cannot be had", "Give a number of slots within the bounds."
    ),
    Account.INVALID_AGING: Problem(
        422,
        "A level of priority cannot be worth that",
        "Give seconds within the bounds; the most is strict priority.",
    ),
    Account.INVALID_USER: Problem(
        422, "A user's name is no login", "Name users by their logins at GitHub."
    ),
    Account.TOO_MANY_USERS: Problem(
        422, "Too many users are named", "Name fewer in `allowed` and `blocked` together."
    ),
    # ---- Importing ---------------------------------------------------------------------------
    Import.ID_IN_USE: Problem(
        409, "The id belongs to something that was not imported", "Import it under another id."
    ),
}
