"""CI's part of the API over each engine: what is read there is what was written there."""

from tests.support.apps import App
from tests.support.ci_desk import Desk, ci_streams
from tests.support.engines import Engine
from tests.support.stores import fresh_id, world_of

LIMIT = 12


def test_a_queue_is_paged_and_a_job_moved_on_every_engine(engine: Engine) -> None:
    customer_id = f"c-{fresh_id()}".lower()
    app = App(desk=Desk(ci_streams(world_of(engine)), customer_id))
    jobs = [app.desk.push(f"b{number}") for number in range(2 * LIMIT)]
    app.desk.schedule()
    path = f"/ci/customers/{customer_id}/queue?limit={LIMIT}"
    first = app.get(path).json
    second = app.get(f"{path}&cursor={first['next_cursor']}").json
    shown = [one["job_id"] for one in (*first["running"], *first["waiting"], *second["waiting"])]
    assert (len(first["running"]), second["next_cursor"]) == (4, None)
    assert sorted(shown) == sorted(jobs)
    last = second["waiting"][-1]["job_id"]
    assert app.get(f"/ci/jobs/{last}").json["position"] == len(jobs) - 4
    app.post(f"/ci/jobs/{last}/priority", {"priority": 9})
    assert app.get(path).json["waiting"][0]["job_id"] == last
    assert app.get(f"/ci/jobs/{last}").json["position"] == 1
    run = f"/ci/jobs/{first['running'][0]['job_id']}"
    assert app.post(f"{run}/cancel").json["summary"] == "Being stopped."
    assert app.post(f"{run}/attempts/1/heartbeat").json["stop"] is True
    assert app.post(f"{run}/attempts/1/result", {"exit_code": None}).json["status"] == "cancelled"
    assert app.get(path).json["slots"]["taken"] == 3
