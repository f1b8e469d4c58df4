// What is wrong with the page for a person with a phone, a keyboard or a screen reader. Runs inside
// the page (see check() in lib.mjs), so it refers to nothing outside itself. Returns sentences.
//
// Contrast is WCAG 2.2, success criterion 1.4.3: 4.5, or 3 for large text (24 px, or 18.66 px
// bold). Text over an image or a gradient is not judged.
export function problems() {
	const found = []
	const what = (e) => {
		const name = e.getAttribute('name') || e.id || e.className || ''
		const text = (e.innerText || e.value || '').trim().slice(0, 30)
		return `<${e.tagName.toLowerCase()}${name ? ' ' + name : ''}>${text ? ` "${text}"` : ''}`
	}
	const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })

	const root = document.documentElement
	if (!root.lang) found.push('the page has no language')
	if (!document.title.trim()) found.push('the page has no title')
	if (document.querySelectorAll('h1').length !== 1) found.push('the page needs one h1')
	if (!document.querySelector('main')) found.push('the page has no main')
	if (root.scrollWidth > root.clientWidth)
		found.push(`the page is ${root.scrollWidth} px wide on ${root.clientWidth}`)

	const ids = new Set()
	for (const e of document.querySelectorAll('[id]')) {
		if (ids.has(e.id)) found.push(`two elements have the id "${e.id}"`)
		ids.add(e.id)
	}
	for (const e of document.querySelectorAll('[aria-describedby], [aria-labelledby], label[for]'))
		for (const name of ['aria-describedby', 'aria-labelledby', 'for'])
			for (const id of (e.getAttribute(name) || '').split(/\s+/).filter(Boolean))
				if (!document.getElementById(id)) found.push(`${what(e)}: no element "${id}"`)

	let level = 0
	for (const h of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
		const n = Number(h.tagName[1])
		if (n > level + 1) found.push(`${what(h)} follows a heading of level ${level}`)
		level = n
	}

	for (const e of document.querySelectorAll('input, select, textarea')) {
		if (e.type === 'hidden' || e.type === 'submit' || e.type === 'button') continue
		if (!e.labels?.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby'))
			found.push(`${what(e)} has no label`)
	}
	for (const e of document.querySelectorAll('a[href], button, summary'))
		if (visible(e) && !(e.innerText.trim() || e.getAttribute('aria-label') || e.title))
			found.push(`${what(e)} has no name`)
	for (const e of document.querySelectorAll('img'))
		if (!e.hasAttribute('alt')) found.push(`${what(e)} has no alternative text`)
	for (const e of document.querySelectorAll('svg[role=img]'))
		if (!e.getAttribute('aria-label') && !e.querySelector('title'))
			found.push('a picture has no name')
	for (const e of document.querySelectorAll('[tabindex]'))
		if (e.tabIndex > 0) found.push(`${what(e)} jumps the order of the keyboard`)

	// Targets: WCAG 2.2, 2.5.8: at least 24 px unless within a line of text.
	for (const e of document.querySelectorAll('button, input[type=submit], select')) {
		const r = e.getBoundingClientRect()
		if (visible(e) && r.width > 0 && (r.height < 24 || r.width < 24))
			found.push(`${what(e)} is a target of ${Math.round(r.width)}×${Math.round(r.height)} px`)
	}

	// On a phone 44 px, as fingers need: what is not within a line of text.
	const alone = 'button, input[type=submit], select, .crumbs a, .actions a, td:first-child > a, ' +
		'details:not(.inline) > summary, label.check, label.choice, label.aim'
	for (const e of root.clientWidth < 500 ? document.querySelectorAll(alone) : []) {
		const r = e.getBoundingClientRect()
		// The head of a table that became cards is for screen readers.
		if (visible(e) && r.width > 0 && !e.closest('thead') && r.height < 43.5)
			found.push(`${what(e)} is ${Math.round(r.height)} px high for a finger`)
	}

	const colour = (s) => {
		const m = s.match(/rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)/)
		return m ? [+m[1], +m[2], +m[3], m[4] === undefined ? 1 : +m[4]] : null
	}
	const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1)
	const light = (c) => {
		const [r, g, b] = c.map((v) => {
			const s = v / 255
			return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
		})
		return 0.2126 * r + 0.7152 * g + 0.0722 * b
	}
	const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 1]
		: [255, 255, 255, 1]
	const behind = (e) => {
		const layers = []
		for (; e; e = e.parentElement) {
			const s = getComputedStyle(e)
			if (s.backgroundImage !== 'none') return null
			const c = colour(s.backgroundColor)
			if (!c) return null
			layers.push(c)
			if (c[3] === 1) break
		}
		return layers.reverse().reduce((under, c) => over(c, under), canvas)
	}
	const judged = new Set()
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	for (let n = walk.nextNode(); n; n = walk.nextNode()) {
		const e = n.parentElement
		if (!n.data.trim() || judged.has(e) || e.closest('svg, script, style, noscript')) continue
		judged.add(e)
		if (!visible(e) || e.closest(':disabled, [aria-disabled=true]')) continue
		const s = getComputedStyle(e), r = e.getBoundingClientRect()
		if (r.width < 2 || r.height < 2) continue
		const back = behind(e), front = colour(s.color)
		if (!back || !front) continue
		const a = light(over(front, back)), b = light(back)
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
		const px = parseFloat(s.fontSize)
		const large = px >= 24 || (px >= 18.66 && Number(s.fontWeight) >= 700)
		if (ratio < (large ? 3 : 4.5))
			found.push(`${what(e)}: contrast ${ratio.toFixed(2)}`)
	}
	return found
}
