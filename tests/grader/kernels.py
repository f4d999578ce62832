"""A real Jupyter kernel, spoken to as a notebook's page does."""

import subprocess
from pathlib import Path

from jupyter_client.manager import start_new_kernel


class Kernel:
    """A real kernel, and what comes back from it when a cell is run."""

    def __init__(self, folder: Path) -> None:
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(folder), stderr=subprocess.DEVNULL)

    def run(self, source: str, cell_id: str | None = None) -> dict[str, str]:
        """Run a cell as a notebook's page does, with its id: what it displays, prints or raises."""
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
        request = self.client.session.msg("execute_request", content, metadata={"cellId": cell_id} if cell_id else {})
        self.client.shell_channel.send(request)
        shown: dict[str, str] = {}
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "execute_result":
                shown |= content["data"]
            elif kind == "stream":
                shown["printed"] = shown.get("printed", "") + content["text"]
            elif kind == "error":
                shown["error"] = f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                return shown

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
