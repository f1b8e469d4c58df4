// A steward lets a team's table out, in a browser: the queue, the file on its own origin in a window
// of its own, the vote; and the team's page of it. Beside a server that is played up to full data,
// where one request waits.
import { assert, equal, served } from './lib.mjs'
import { EVENT, be, go, press, seen, sees } from './people.mjs'

served('the steward opens what waits, and votes on it', async (t) => {
	const { page, context } = t
	await be('data steward', t)
	await sees(page, 'for your vote')
	await press(page, 'Airlock', 'nav')
	await seen(page, 'steward-airlock')
	await press(page, 'Look and vote', 'main')
	await seen(page, 'steward-request')
	await page.getByRole('checkbox', { name: 'table1.csv' }).check()
	await press(page, 'Vote', 'main')
	await sees(page, 'before you let it leave')
	const [file] = await Promise.all([context.waitForEvent('page'),
		page.getByRole('button', { name: 'Open as it would leave' }).click()])
	await file.waitForLoadState()
	assert(new URL(file.url()).hostname.startsWith('airlock.'), `the file is at ${file.url()}`)
	await file.getByText('Inside the wall').waitFor()
	await file.getByRole('cell', { name: 'high risk' }).waitFor()
	equal(await file.evaluate(() => document.cookie).catch(() => ''), '', 'cookies of the window')
	await file.reload()
	await file.getByText('This look is over').waitFor()
	await file.close()
	await page.getByRole('checkbox', { name: 'table1.csv' }).check()
	await press(page, 'Vote', 'main')
	await page.getByText('It is out').waitFor()
	await seen(page, 'steward-released')
	await press(page, 'Airlock', 'nav')
	await sees(page, 'Nothing waits for your vote')
	await seen(page, 'steward-airlock-done')
	const [download] = await Promise.all([page.waitForEvent('download'), (async () => {
		await page.getByRole('row', { name: 'released' }).first().getByRole('link').click()
		await page.getByRole('link', { name: 'Download' }).click()
	})()])
	equal(download.suggestedFilename(), 'table1.csv', 'the downloaded file')
})

served('the organiser says how many must vote', async (t) => {
	const { page } = t
	await be('organiser', t)
	await press(page, 'Who lets files out', 'main')
	await seen(page, 'organiser-airlock-rule')
	await page.getByLabel('Always two').check()
	await press(page, 'Save', 'main')
	await sees(page, 'or more when the rule asks for more.')
})

served('a member finds the way out from the team’s page', async (t) => {
	const { page } = t
	await be('participant', t)
	const team = await page.locator('nav a').nth(1).getAttribute('href')
	await go(page, `${team}/airlock`)
	await sees(page, 'wardroom airlock add')
	await seen(page, 'team-airlock')
	await go(page, `${EVENT}/airlock`, 403)
})
