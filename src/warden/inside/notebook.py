# The notebook server of one member of a team. Written by the warden; read-only inside.
#
# These settings are comfort, not the wall: whoever works here may start a server without them. What
# keeps data in is the missing network and the gate, which refuses the download routes itself.
import json
import os
import re

from notebook.base.handlers import IPythonHandler
from tornado import web
import notebook.bundler.handlers
import notebook.nbconvert.handlers
import notebook.services.nbconvert.handlers
import notebook.terminal.handlers
import notebook.view.handlers

c = get_config()  # noqa: F821

slot = os.environ["WARDROOM_SLOT"]
home = os.environ["HOME"]
files = os.path.join("/home", os.environ["USER"])  # the same, but for a frozen workspace

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
c.NotebookApp.notebook_dir = files
c.NotebookApp.terminals_enabled = True
c.NotebookApp.nbserver_extensions = {}
c.NotebookApp.terminado_settings = {"shell_command": ["/bin/bash", "-l"]}
c.NotebookApp.shutdown_no_activity_timeout = 6 * 3600  # with no kernel and no terminal; a click starts it anew
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

# The terminal's page loads a bundle that Debian 12 built without the emulator itself, and stays
# empty. node-xterm holds the emulator as it was before bundling: a module a file.
XTERM = "/usr/share/nodejs/xterm/lib"
BUNDLE = re.compile(r'<script src="[^"]*/terminal/js/main\.min\.js[^"]*"[^>]*></script>')


def emulator():
    """Every module as requirejs knows it, and the start of the page's own script."""
    modules = []
    for folder, _, names in os.walk(XTERM, followlinks=True):
        for name in sorted(names):
            if not name.endswith(".js") or name.endswith(".test.js"):
                continue
            path = os.path.join(folder, name)
            module = "emulator/" + os.path.relpath(path, XTERM)[: -len(".js")]
            with open(path, encoding="utf-8") as f:
                modules.append(
                    f"define({json.dumps(module)}, function (require, exports, module) {{\n"
                    f"{f.read()}\n}});\n"
                )
    return "".join(modules) + (
        "define('xterm', ['emulator/public/Terminal'], function (m) { return m.Terminal; });\n"
        "define('xtermjs-fit', ['emulator/addons/fit/fit'], function (m) { return m; });\n"
        "require(['terminal/js/main']);\n"
    )


class Emulator(IPythonHandler):
    @web.authenticated
    def get(self):
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish(emulator())


@web.authenticated
def terminal(self, term_name):
    page = self.render_template("terminal.html", ws_path=f"terminals/websocket/{term_name}")
    self.write(BUNDLE.sub('<script src="/wardroom/terminal.js"></script>', page))


if os.path.isdir(XTERM):
    notebook.terminal.handlers.TerminalHandler.get = terminal
    notebook.view.handlers.default_handlers[:] = [(r"/wardroom/terminal\.js", Emulator)]
