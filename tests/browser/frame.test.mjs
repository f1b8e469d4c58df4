// The frame itself: that Chromium starts, that check() sees what is wrong, and nothing that is not.
import { existsSync, rmSync } from 'node:fs'
import { test, run, assert, equal } from './lib.mjs'
import { problems } from './check.mjs'

const GOOD = `<!doctype html><html lang=en><title>Good</title><meta name=viewport
content="width=device-width"><style>:root{color-scheme:light dark}button{min-height:44px}</style>
<main><h1>Good</h1><form><label>Name <input name=n></label><button>Send</button></form></main>`

const BAD = `<!doctype html><title></title><style>.w{width:3000px}.g{color:#999;background:#fff}
</style><h1>A</h1><h3 id=x>B</h3><p id=x class=w>wide</p><p class=g>pale</p><input name=n>
<img src="data:,"><a href=/></a><button style="width:9px;height:9px;padding:0">x</button>`

test('a good page has no problems', async ({ page, check, shot }) => {
	await page.setContent(GOOD)
	await check(page, 'good')
	const files = await shot(page, 'frame')
	equal(files.length, 4, 'pictures')
	for (const f of files) {
		assert(existsSync(f), `${f} is not there`)
		rmSync(f)
	}
})

test('every problem of a bad page is found', async ({ page }) => {
	await page.setContent(BAD)
	const found = (await page.evaluate(problems)).join('\n')
	for (const word of ['no language', 'no title', 'no main', 'px wide', 'two elements', 'follows',
		'no label', 'no name', 'alternative', 'contrast 2.8', 'target of 9'])
		assert(found.includes(word), `"${word}" was not found in:\n${found}`)
})

test('names under localhost lead to this machine', async ({ page }) => {
	const answer = await page.goto('http://w1.localhost:9/').catch((e) => e.message)
	assert(/ERR_(CONNECTION_REFUSED|UNSAFE_PORT)/.test(answer), `got ${answer}`)
})

await run()
