// How a person of each role goes through the pages: signs in by link, presses, fills in, reads.
import { assert, equal, links, look, URL_BASE } from './lib.mjs'

export const EVENT = '/e/carmel-2026'
const LINKS = links()
const kept = {} // what a signed-in browser keeps, by role: a link is good once

// The browser of this test becomes that of a person in this role, on their first page.
export async function be(role, { page, context }) {
	if (kept[role]) {
		await context.addCookies(kept[role])
		await page.goto(`${URL_BASE}${EVENT}/today`)
		return
	}
	assert(LINKS[role], `the play left no link for the ${role}`)
	await page.goto(LINKS[role])
	await press(page, 'Sign in', 'main')
	kept[role] = await context.cookies()
}

// Goes on as whoever has just made an account.
export async function keep(role, context) {
	kept[role] = await context.cookies()
}

export async function go(page, path, status = 200) {
	const answer = await page.goto(URL_BASE + path)
	equal(answer.status(), status, path)
}

// Presses a button, or follows a link, by its words, and waits for the next page.
export async function press(page, words, within = 'body') {
	const name = typeof words === 'string' ? { name: words, exact: true } : { name: words }
	const target = page.locator(within).getByRole('button', name)
		.or(page.locator(within).getByRole('link', name)).first()
	await Promise.all([page.waitForEvent('load'), target.click()])
}

export async function sees(page, words) {
	const text = await page.locator('main').innerText()
	assert(words instanceof RegExp ? words.test(text) : text.includes(words),
		`${page.url()} should say "${words}", but says:\n${text.slice(0, 600)}`)
}

// Fills in fields by their names; true and lists are for boxes, numbers and texts for the rest.
export async function fill(page, fields) {
	for (const [name, value] of Object.entries(fields)) {
		const all = page.locator(`main [name="${name}"]:not([type=hidden])`)
		const kind = await all.first().evaluate((e) => e.type || e.tagName)
		if (kind === 'checkbox' || kind === 'radio') {
			for (const v of Array.isArray(value) ? value : [value])
				await page.locator(`main [name="${name}"][value="${v === true ? 'yes' : v}"]`)
					.check()
		} else if (kind === 'select-one') {
			await all.first().selectOption(value)
		} else {
			await all.first().fill(String(value))
		}
	}
}

// The page, looked at in both widths and both colours.
export async function seen(page, name) {
	const size = page.viewportSize()
	await look(page, `roles-${name}`)
	await page.setViewportSize(size)
}

// The organiser begins the next phase of an event.
export async function begin(page, slug, title) {
	await go(page, `/e/${slug}/phases`)
	await press(page, `Begin: ${title}`, '.next')
	await sees(page, 'What happens')
	await press(page, `Begin: ${title}`, 'main form')
	await sees(page, 'Everybody concerned has been told.')
}
