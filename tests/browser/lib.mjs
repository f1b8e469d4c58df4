// The frame of the browser tests: Debian's Chromium through playwright-core, TAP out.
//
//	import { test, run } from './lib.mjs'
//	test('the front page greets', async ({ page, shot }) => { ... })
//	await run()
//
// Every test gets a fresh browser context (its own cookies). WARDROOM_URL names the server, when
// the test has one; pictures go to build/screens/ of WARDROOM_BUILD.
import { mkdirSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { problems } from './check.mjs'

export const CHROMIUM = process.env.WARDROOM_CHROMIUM || '/usr/bin/chromium'
export const URL_BASE = process.env.WARDROOM_URL || ''
export const SCREENS = join(process.env.WARDROOM_ROOT || '.', 'build', 'screens')
export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1280, height: 800 }
const TEST_MS = 120000

const tests = []

export function test(name, fn) {
	tests.push({ name, fn })
}

// A test of pages that a server beside it serves.
export function served(name, fn) {
	test(name, async (t) => {
		if (!URL_BASE) skip('no server was given: its .sh starts one')
		await fn(t)
	})
}

export class Skip extends Error {}

export function skip(why) {
	throw new Skip(why)
}

export function assert(condition, sentence) {
	if (!condition) throw new Error(sentence)
}

export function equal(got, want, what) {
	if (got !== want)
		throw new Error(`${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`)
}

// The sign-in links that a played event left, each good once: { 'data steward': 'http://...', ... }.
// A line is a role in 13 columns, a name and an address.
export function links() {
	const file = process.env.WARDROOM_LINKS
	if (!file || !existsSync(file)) return {}
	const found = {}
	for (const line of readFileSync(file, 'utf8').split('\n')) {
		const m = line.match(/^ {2}(.{13}) .* (https?:\S+)$/)
		if (m) found[m[1].trim()] = m[2]
	}
	return found
}

// One page as four pictures: phone and desk, light and dark. The page is left at desk width, light.
export async function shot(page, name) {
	mkdirSync(SCREENS, { recursive: true })
	const files = []
	for (const [width, size] of [['390', PHONE], ['1280', DESK]])
		for (const scheme of ['light', 'dark']) {
			const path = join(SCREENS, `${name}-${width}-${scheme}.png`)
			await page.setViewportSize(size)
			await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
			await page.screenshot({ path, fullPage: true })
			files.push(path)
		}
	await page.setViewportSize(DESK)
	await page.emulateMedia({ colorScheme: 'light' })
	return files
}

// Fails with every problem that check.mjs finds, at both widths and in both colour schemes.
export async function check(page, name) {
	const found = new Set()
	for (const size of [PHONE, DESK])
		for (const colorScheme of ['light', 'dark']) {
			await page.setViewportSize(size)
			await page.emulateMedia({ colorScheme })
			for (const p of await page.evaluate(problems))
				found.add(`${size.width} ${colorScheme}: ${p}`)
		}
	await page.setViewportSize(DESK)
	await page.emulateMedia({ colorScheme: 'light' })
	assert(found.size === 0, `${name}:\n${[...found].join('\n')}`)
}

// Both at once, for a test that walks through many pages.
export async function look(page, name) {
	const found = new Set()
	mkdirSync(SCREENS, { recursive: true })
	for (const size of [PHONE, DESK]) {
		await page.setViewportSize(size)
		for (const colorScheme of ['light', 'dark']) {
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
			for (const p of await page.evaluate(problems))
				found.add(`${size.width} ${colorScheme}: ${p}`)
			const path = join(SCREENS, `${name}-${size.width}-${colorScheme}.png`)
			await page.screenshot({ path, fullPage: true })
		}
	}
	await page.emulateMedia({ colorScheme: 'light' })
	assert(found.size === 0, `${name}:\n${[...found].join('\n')}`)
}

function comment(text) {
	for (const line of String(text).split('\n')) console.log(`# ${line}`)
}

async function one(browser, t, number) {
	const context = await browser.newContext({ viewport: DESK, locale: 'en-GB' })
	const page = await context.newPage()
	const errors = []
	page.on('pageerror', (e) => errors.push(`script error: ${e.message}`))
	page.on('console', (m) => {
		// A refused request is often what a test is about; broken scripts and policies never.
		if (m.type() === 'error' && !/Failed to load resource/.test(m.text()))
			errors.push(`console: ${m.text()}`)
	})
	page.setDefaultTimeout(20000)
	let timer
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`not done in ${TEST_MS} ms`)), TEST_MS)
	})
	try {
		await Promise.race([t.fn({ page, context, browser, errors, shot, check }), late])
		assert(errors.length === 0, errors.join('\n'))
		console.log(`ok ${number} - ${t.name}`)
		return true
	} catch (e) {
		if (e instanceof Skip) {
			console.log(`ok ${number} - ${t.name} # SKIP ${e.message}`)
			return true
		}
		console.log(`not ok ${number} - ${t.name}`)
		comment(e.stack || e)
		mkdirSync(SCREENS, { recursive: true })
		const path = join(SCREENS, `failed-${t.name.replace(/[^a-z0-9]+/gi, '-')}.png`)
		await page.screenshot({ path, fullPage: true }).catch(() => {})
		comment(`${page.url()}\nsee ${path}`)
		return false
	} finally {
		clearTimeout(timer)
		await context.close().catch(() => {})
	}
}

export async function run() {
	if (!existsSync(CHROMIUM)) {
		console.log(`1..0 # SKIP ${CHROMIUM} is not there`)
		return
	}
	console.log(`1..${tests.length}`)
	const browser = await chromium.launch({
		executablePath: CHROMIUM,
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
			'--disable-background-networking', '--disable-component-update', '--disable-sync',
			'--disable-dev-shm-usage', '--host-resolver-rules=MAP *.localhost 127.0.0.1'],
	})
	let failed = 0
	for (const [i, t] of tests.entries())
		if (!(await one(browser, t, i + 1))) failed++
	await browser.close()
	process.exitCode = failed ? 1 : 0
}
