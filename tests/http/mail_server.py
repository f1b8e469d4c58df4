"""A mail server on loopback, of Python's own smtpd, a process of its own. Told by files of its folder.

mail_server.py FOLDER PORT: what is accepted goes to FOLDER/new/N.eml. FOLDER/rules holds lines "WHAT VALUE":
greet SECONDS (before the greeting), late SECONDS (between keeping and saying so), auth USER PASSWORD,
ADDRESS CODE (the answer to RCPT), tls FILE (certificate and key: TLS from the start), starttls FILE (the same, and only
when it is asked for; a password is taken after it alone).
"""
import asynchat
import asyncore
import base64
import os
import smtpd
import ssl
import sys
import time

HOME, PORT = sys.argv[1], int(sys.argv[2])


def rules():
    try:
        with open(HOME + "/rules") as f:
            return {line.split()[0]: line.split()[1:] for line in f if line.strip()}
    except FileNotFoundError:
        return {}


def tell(line):
    with open(HOME + "/heard", "a") as f:
        f.write(line + "\n")


def secure(conn, pem):
    """TLS on a connection, or None when the other side wants none of it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    try:
        conn.settimeout(10)
        return context.wrap_socket(conn, server_side=True)
    except OSError as e:
        tell("TLS %s" % e)
        return None


class Channel(smtpd.SMTPChannel):
    signed_in = secured = False

    def __init__(self, *args, **more):
        tell("CONNECT")
        time.sleep(float(rules().get("greet", ["0"])[0]))
        super().__init__(*args, **more)

    def push(self, msg):
        starttls = "starttls" in rules() and not self.secured
        if msg == "250 HELP" and starttls:
            super().push("250-STARTTLS")
        elif msg == "250 HELP" and "auth" in rules():
            super().push("250-AUTH PLAIN")
        super().push(msg)

    def recv(self, size):
        try:
            return super().recv(size)
        except ssl.SSLWantReadError:
            raise BlockingIOError

    def smtp_STARTTLS(self, arg):
        tell("STARTTLS")
        self.push("220 2.0.0 go ahead")
        self.del_channel()
        conn = secure(self.socket, rules()["starttls"][0])
        if not conn:
            self.close()
            return
        conn.setblocking(False)
        self.set_socket(conn)
        self.secured = True
        self.seen_greeting = ""  # the client begins anew (RFC 3207, 4.2)

    def smtp_AUTH(self, arg):
        got = base64.b64decode(arg.split()[-1]).split(b"\0")[1:]
        tell("AUTH over TLS" if self.secured else "AUTH")
        self.signed_in = b" ".join(got).decode() == " ".join(rules()["auth"])
        self.push("235 2.7.0 welcome" if self.signed_in else "535 5.7.8 wrong password")

    def smtp_MAIL(self, arg):
        if "auth" in rules() and not self.signed_in:
            self.push("530 5.7.0 sign in first")
            return
        super().smtp_MAIL(arg)

    def smtp_RCPT(self, arg):
        tell("RCPT " + arg)
        for address, said in rules().items():
            if "@" in address and address in arg:
                asynchat.async_chat.push(self, said[0].encode() + b" 5.1.1 \x1b[31mno mailbox \xe5 of that name\r\n")
                return
        super().smtp_RCPT(arg)


class Server(smtpd.SMTPServer):
    channel_class = Channel
    n = 0

    def handle_accepted(self, conn, addr):
        if "tls" in rules():
            conn = secure(conn, rules()["tls"][0])
        if conn:
            super().handle_accepted(conn, addr)

    def process_message(self, peer, mailfrom, rcpttos, data, **kwargs):
        self.n += 1
        name = "%s/new/%d-%d" % (HOME, os.getpid(), self.n)
        with open(name, "wb") as f:
            f.write(("X-From: %s\r\nX-To: %s\r\n" % (mailfrom, ",".join(rcpttos))).encode() +
                    data.replace(b"\n", b"\r\n") + b"\r\n")  # smtpd gives lines without their ends
        os.rename(name, name + ".eml")
        time.sleep(float(rules().get("late", ["0"])[0]))


os.makedirs(HOME + "/new", exist_ok=True)
Server(("127.0.0.1", PORT), None, decode_data=False)
asyncore.loop(timeout=0.2)
