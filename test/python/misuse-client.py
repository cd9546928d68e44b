"""Uses treeherder-client in ways that the library or the server refuses: SERVER_URL CLIENT_ID SECRET PROJECT

Prints one JSON object: the case -> the message of the library's error, or status and body of the answer.
"""
import json
import sys

from requests import HTTPError
from thclient import (
    TreeherderArtifact,
    TreeherderClient,
    TreeherderJob,
    TreeherderJobCollection,
    TreeherderResultSet,
    TreeherderRevision,
)
from thclient.client import TreeherderClientError, TreeherderCollection

server_url, client_id, secret, project = sys.argv[1:]


def client(**members):
    return TreeherderClient(**{"server_url": server_url, "client_id": client_id, "secret": secret, **members})


def said(action):
    try:
        response = action()
    except TreeherderClientError as error:
        return str(error)
    except HTTPError as error:
        return {"status": error.response.status_code, "body": error.response.json()}
    return None if response is None else response.status_code


job = {"job_guid": "misuse/0", "name": "x", "state": "pending"}
good = TreeherderJob({"project": project, "revision": "a" * 40, "job": job})
jobs = TreeherderJobCollection([good])
without_endpoint = TreeherderCollection("", [good])

cases = {
    "long revision": lambda: TreeherderJob({**good.data, "revision": "a" * 41}).validate(),
    "job without guid": lambda: TreeherderJob({**good.data, "job": {"name": "x"}}).validate(),
    "push without author": lambda: TreeherderResultSet({"revision": "a", "revisions": [{}]}).validate(),
    "revision without repository": lambda: TreeherderRevision({"revision": "a"}).validate(),
    "artifact without blob": lambda: TreeherderArtifact({"type": "json", "name": "x", "job_guid": "g"}).validate(),
    "odd status of a log": lambda: TreeherderJob().add_log_reference("a", "b", "odd"),
    "no collection": lambda: client().post_collection(project, [good]),
    "no endpoint": lambda: client().post_collection(project, without_endpoint),
    "nothing to post": lambda: client().post_collection(project, TreeherderJobCollection()),
    "wrong secret": lambda: client(secret="wrong").post_collection(project, jobs),
    "unknown id": lambda: client(client_id="nobody").post_collection(project, jobs),
    "no credentials": lambda: TreeherderClient(server_url=server_url).post_collection(project, jobs),
    "reading with the wrong secret": lambda: client(secret="wrong").get_jobs(project),
    "a name that is not a project": lambda: client().post_collection("a project", jobs),
    "another project": lambda: client().post_collection("not-allowed", jobs),
}
print(json.dumps({name: said(action) for name, action in cases.items()}))
