// The pages that anybody may see, on a server that holds nothing yet.
import { served, run, equal, URL_BASE } from './lib.mjs'

const pages = { front: '/', 'sign-in': '/sign-in', nowhere: '/no-such-page' }

for (const [name, path] of Object.entries(pages))
	served(`${name}: nothing is in the way of a phone, a keyboard or a screen reader`,
		async ({ page, check, shot }) => {
			const answer = await page.goto(URL_BASE + path)
			equal(answer.status(), name === 'nowhere' ? 404 : 200, path)
			await check(page, name)
			await shot(page, `open-${name}`)
		})

await run()
