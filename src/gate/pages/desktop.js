// The desktop in a page: noVNC draws it, the gate filters what passes (see src/gate/rfb.h).
import RFB from '/desktop/novnc/core/rfb.js'

const $ = (id) => document.getElementById(id)
const address = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/desktop/socket'
// By the code that the gate closes with.
const ends = {
	4003: ['The desktop was closed', 'It tried something that does not pass. Your programs inside go on; connect again.'],
	4004: ['The desktop is not running', 'Start it with “Open desktop” on the team’s page.'],
	4029: ['Enough for this hour', 'So many pictures have been shown that the rest waits until the next hour begins. Your work inside continues.'],
}
let rfb = null

function tell(title, text, over) {
	$('title').textContent = title
	$('text').textContent = text
	$('do').hidden = !over
	$('note').hidden = false
}

function connect() {
	tell('Connecting', 'Your desktop is a moment away.', false)
	const socket = new WebSocket(address)
	socket.binaryType = 'arraybuffer'
	socket.addEventListener('close', (e) => {
		const [title, text] = ends[e.code] || ['The connection ended', 'Your programs inside go on. Connect again to see them.']
		tell(title, text, true)
	})
	rfb = new RFB($('screen'), socket, { shared: true })
	rfb.resizeSession = true // the desktop takes the window's size
	rfb.scaleViewport = true // until it has, and where it cannot
	rfb.background = 'transparent'
	rfb.qualityLevel = 7
	rfb.addEventListener('connect', () => {
		$('note').hidden = true
		rfb.focus()
	})
}

$('again').addEventListener('click', connect)
$('full').addEventListener('click', async () => {
	await document.querySelector('main').requestFullscreen()
	// Keys such as Escape go to the desktop too, where the browser allows it.
	if (navigator.keyboard && navigator.keyboard.lock) navigator.keyboard.lock().catch(() => {})
	rfb.focus()
})

const paste = document.querySelector('.paste')
paste.hidden = document.body.dataset.paste !== '1'
paste.addEventListener('submit', (e) => {
	e.preventDefault()
	rfb.clipboardPasteFrom(paste.querySelector('input').value)
	paste.reset()
	rfb.focus()
})
connect()
