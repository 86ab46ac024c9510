"""Claims as actions of a transaction: each a conditional write, with what was in its way.

| kind | table | item |
| --- | --- | --- |
| claim | claims | `pk` is `claim#<key>`, `o` its owner |
| entry | boards | `pk`, `sk` board and place, `o` its owner, `:<name>` each name of its note |
| share | boards | `pk`, `sk` board and place, `c` how many are taken |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.kernel.claims import UNTIL_MS, AnyClaim, Claim, ClaimAction, Entry, Note, Share

Item = dict[str, Any]

NOTED: Final = ":"
"""Before each name of a note, so that no name can be one of ours or a reserved word."""
_FREE_OR_OURS: Final = "attribute_not_exists(pk) OR o = :owner"
_OURS_AND_LAPSED: Final = "o = :owner AND #until <= :lapsed"


@dataclass(frozen=True, slots=True)
class StoreTables:
    """Where a store's commits and claims lie; a context without boards has no table for them."""

    events: str
    claims: str
    boards: str = ""

    def action(self, claim: AnyClaim) -> dict[str, Any]:
        """Return the action that takes or releases a claim."""
        match claim:
            case Claim():
                return self._claim(claim)
            case Entry():
                return self._entry(claim)
            case Share():
                return self._share(claim)

    def _claim(self, claim: Claim) -> dict[str, Any]:
        key = {"pk": {"S": f"claim#{claim.key}"}}
        condition = _condition(self.claims, _FREE_OR_OURS, {":owner": {"S": claim.owner}})
        if claim.action is ClaimAction.TAKE:
            return {"Put": {**condition, "Item": {**key, "o": {"S": claim.owner}}}}
        return {"Delete": {**condition, "Key": key}}

    def _entry(self, entry: Entry) -> dict[str, Any]:
        key = line_key(entry.board, entry.place)
        owner = {":owner": {"S": entry.owner}}
        if entry.action is ClaimAction.TAKE:
            item = {**key, "o": {"S": entry.owner}, **note_attributes(entry.note)}
            return {"Put": {**_condition(self.boards, _FREE_OR_OURS, owner), "Item": item}}
        if entry.lapsed_ms is None:
            return {"Delete": {**_condition(self.boards, _FREE_OR_OURS, owner), "Key": key}}
        values = {**owner, ":lapsed": {"N": str(entry.lapsed_ms)}}
        condition = _condition(self.boards, _OURS_AND_LAPSED, values)
        names = {"#until": NOTED + UNTIL_MS}
        return {"Delete": {**condition, "ExpressionAttributeNames": names, "Key": key}}

    def _share(self, share: Share) -> dict[str, Any]:
        is_taken = share.action is ClaimAction.TAKE
        bound = "c < :most" if is_taken else "c > :most"
        has_room_unwritten = is_taken and share.most > 0
        free = f"attribute_not_exists(c) OR {bound}" if has_room_unwritten else bound
        values = {
            ":most": {"N": str(share.most if is_taken else 0)},
            ":step": {"N": "1" if is_taken else "-1"},
        }
        return {
            "Update": {
                **_condition(self.boards, free, values),
                "Key": line_key(share.board, share.place),
                "UpdateExpression": "ADD c :step",
            }
        }


def line_key(board: str, place: str) -> Item:
    """Name a line's item."""
    return {"pk": {"S": board}, "sk": {"S": place}}


def note_attributes(note: Note) -> Item:
    """Return a note as attributes."""
    return {
        NOTED + name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in note
    }


def holder(claim: AnyClaim, item: Mapping[str, Any]) -> str:
    """Return whose the item is that was in a claim's way; shares have no owner."""
    return "" if isinstance(claim, Share) else str(item["o"]["S"])


def can_be_absent(claim: AnyClaim) -> bool:
    """Whether a claim may be refused although no item stands in its way."""
    match claim:
        case Share():
            return claim.action is ClaimAction.RELEASE or claim.most < 1
        case Entry():
            return claim.lapsed_ms is not None
        case Claim():
            return False


def _condition(table: str, expression: str, values: Item) -> dict[str, Any]:
    return {
        "TableName": table,
        "ConditionExpression": expression,
        "ExpressionAttributeValues": values,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
