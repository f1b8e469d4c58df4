// The terminal in a page: xterm.js shows a shell of `wardroom terminal` (see src/wire/desk.h).
'use strict'
const KEYS = 0, SIZE = 1, SHELL = 2, SHELLS = 4
const $ = (id) => document.getElementById(id)
const shell = Math.min(Math.max(parseInt(new URLSearchParams(location.search).get('shell'), 10) || 1, 1), SHELLS)
const text = new TextEncoder()
const term = new Terminal({
	cursorBlink: true, fontSize: 16, fontFamily: 'ui-monospace, "JetBrains Mono", "DejaVu Sans Mono", monospace', scrollback: 5000, lineHeight: 1.15,
	// Drawn when first needed: all glyphs in all colours beforehand take a quarter of a second.
	experimentalCharAtlas: 'dynamic',
	theme: { background: '#12181a', foreground: '#e8edeb', cursor: '#62c6b8', selection: 'rgba(98,198,184,.35)' },
})
const ends = {
	4004: ['The terminal is not running', 'Start it with “Open terminal” on the team’s page.'],
	4029: ['Enough for this hour', 'So much text has been shown that the rest waits until the next hour begins. Your work inside continues.'],
}
let socket = null, decoder = null

function part(kind, bytes) {
	if (!socket || socket.readyState !== WebSocket.OPEN) return
	for (let at = 0; at < bytes.length; at += 65535) {
		const some = bytes.subarray(at, at + 65535)
		const out = new Uint8Array(3 + some.length)
		out.set([kind, some.length >> 8, some.length & 255])
		out.set(some, 3)
		socket.send(out)
	}
}

function size() {
	fitTerminal(term)
	part(SIZE, new Uint8Array([term.cols >> 8, term.cols & 255, term.rows >> 8, term.rows & 255]))
}

function connect() {
	$('note').hidden = true
	decoder = new TextDecoder()
	term.reset()
	socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/terminal/socket')
	socket.binaryType = 'arraybuffer'
	socket.onopen = () => {
		part(SHELL, new Uint8Array([shell]))
		size()
		term.focus()
	}
	socket.onmessage = (e) => term.write(decoder.decode(new Uint8Array(e.data), { stream: true }))
	socket.onclose = (e) => {
		const [title, words] = ends[e.code] || ['The shell is not shown any more',
			'It ended, or another page shows it, or the connection broke. Connect again to see it, or to begin a new one.']
		$('title').textContent = title
		$('text').textContent = words
		$('note').hidden = false
		$('again').focus()
	}
}

for (let n = 1; n <= SHELLS; n++) {
	const a = document.createElement('a')
	a.href = '/terminal/?shell=' + n
	a.textContent = n
	a.setAttribute('aria-label', 'Shell ' + n)
	if (n === shell) a.setAttribute('aria-current', 'page')
	$('shells').append(a)
}
document.title = shell === 1 ? 'Terminal' : 'Terminal ' + shell
term.open($('screen'))
term.on('data', (keys) => part(KEYS, text.encode(keys)))
addEventListener('resize', size)
$('again').addEventListener('click', connect)
connect()
