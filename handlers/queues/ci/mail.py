"""Lambda `mail`: tell a job's user of its end."""

from typing import Any

from domain.ci.mailing import Mailed, mail_end
from domain.ci.ports import MailRefusedError
from domain.published.ports import Notice
from handlers.logs import get_logger
from handlers.queues.messages import run
from handlers.wiring import ci


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of notices."""
    return run(event, _mail)


def _mail(notice: Notice) -> bool:
    job_id = notice.routing.root_id
    try:
        mailed = mail_end(ci.streams(), ci.mailer(), ci.address_of, ci.write_mail, job_id, ci.clock)
    except MailRefusedError as error:
        get_logger().error("mail_given_up", job_id=job_id, error=str(error))
    else:
        if mailed is Mailed.NOBODY:
            # A pull request names no address, nor does a push under GitHub's no-reply one.
            get_logger().warning("mail_nobody", job_id=job_id, advice="set the customer's mail_to")
    return True
