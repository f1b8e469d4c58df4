# The notebook server of one member of a team. Written by the warden; read-only inside.
#
# These settings are comfort, not the wall: whoever works here may start a server without them. What
# keeps data in is the missing network and the gate, which refuses the download routes itself.
import os

from notebook.base.handlers import IPythonHandler
from tornado import web
import notebook.bundler.handlers
import notebook.nbconvert.handlers
import notebook.services.nbconvert.handlers
import notebook.view.handlers

c = get_config()  # noqa: F821

slot = os.environ["WARDROOM_SLOT"]
home = os.environ["HOME"]

c.NotebookApp.ip = ""
c.NotebookApp.sock = f"/sock/{slot}/notebook.sock"
c.NotebookApp.sock_mode = "0666"  # the folder decides who may reach it
c.NotebookApp.base_url = "/"
c.NotebookApp.token = ""  # the gate knows who it lets through
c.NotebookApp.password = ""
c.NotebookApp.allow_origin = ""  # a page of another origin may not talk to it
c.NotebookApp.allow_remote_access = True  # the Host header is the workspace's own name
c.NotebookApp.disable_check_xsrf = False
c.NotebookApp.open_browser = False
c.NotebookApp.quit_button = False
c.NotebookApp.allow_password_change = False
c.NotebookApp.notebook_dir = home
c.NotebookApp.terminals_enabled = True
c.NotebookApp.nbserver_extensions = {}
c.NotebookApp.terminado_settings = {"shell_command": ["/bin/bash", "-l"]}
c.KernelManager.transport = "ipc"
c.ConnectionFileMixin.transport = "ipc"
c.FileCheckpoints.checkpoint_dir = os.path.join(home, ".local", "share", "checkpoints")


class Refused(IPythonHandler):
    def initialize(self, **kwargs):
        pass

    def prepare(self):
        raise web.HTTPError(403, "Files do not leave a workspace this way.")


c.ContentsManager.files_handler_class = Refused
for module in (
    notebook.nbconvert.handlers,
    notebook.services.nbconvert.handlers,
    notebook.bundler.handlers,
    notebook.view.handlers,
):
    module.default_handlers[:] = []
