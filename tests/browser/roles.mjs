// One person's way in each role, pressing what a person would press, in an event that is played up
// to full data (see played.test.mjs). The tests build on each other in this order: a second, small
// event is made, applied to and decided; at the end the first one goes on to its jury.
import { assert, equal, served, shot, PHONE, URL_BASE } from './lib.mjs'
import { EVENT, be, begin, fill, go, keep, press, seen, sees } from './people.mjs'

const SMALL = '/e/galilee-2027'
const ADA = { name: 'Ada Kovner', email: 'ada@students.example', password: 'a sentence to enter by' }

const answers = {
	level: 'MSc', specialty: 'biomedical', faculty: 'Medicine', languages: ['Python', 'R'],
	fields: ['cardiology'], skill_analysis: 2, skill_text: 3, choice1: { index: 1 },
	motivation: 'I have seen what a late diagnosis does, and want to help to make it earlier.',
	consent_statistics: true,
}

// The smallest file that readers accept as a PDF.
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n'
	+ '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n'
	+ '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n'
	+ 'xref\n0 4\ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n0\n%%EOF\n')

served('a visitor reads what is public, and is told kindly what is not', async ({ page }) => {
	await go(page, '/')
	await seen(page, 'visitor-front')
	await press(page, 'Carmel Datathon 2026', 'main')
	await sees(page, 'Severity of COVID-19 in hospital')
	await seen(page, 'visitor-event')
	await press(page, 'Programme', 'nav')
	await sees(page, 'Four questions from the wards')
	await seen(page, 'visitor-programme')
	await press(page, 'Projects', 'nav')
	await seen(page, 'visitor-projects')
	await press(page, 'Birth weight from maternal history', 'main')
	await seen(page, 'visitor-project')
	await press(page, 'What it does with your data', 'footer')
	await seen(page, 'visitor-about')
	await press(page, 'Who may do what, when', 'main')
	await sees(page, 'What is not in it is refused.')
	await seen(page, 'visitor-policy')
	await go(page, '/api')
	await seen(page, 'visitor-api')
	await go(page, `${EVENT}/results`, 403)
	await seen(page, 'visitor-403')
	await go(page, `${EVENT}/applications`, 200)
	equal(await page.locator('h1').innerText(), 'Sign in', 'a page for people who are signed in')
	await seen(page, 'visitor-sign-in')
})

served('the organiser finds the next step, people, teams and phases', async (t) => {
	const { page } = t
	await be('organiser', t)
	await sees(page, 'The event in numbers')
	await seen(page, 'organiser-today')
	await press(page, 'People', 'nav')
	await fill(page, { words: 'levin', state: 'accepted' })
	await press(page, 'Show', 'main')
	equal(await page.locator('table tbody tr').count(), 1, 'people called Levin with a seat')
	assert(page.url().includes('words=levin'), 'the filter is not in the address')
	await seen(page, 'organiser-people')
	await press(page, 'Maya Levin', 'main')
	await fill(page, { note: 'Could lead the talk.' })
	await press(page, 'Save the note')
	await sees(page, 'Applicants never see it.')
	await seen(page, 'organiser-person')

	await press(page, 'Teams', 'nav')
	const card = page.locator('section.card', { hasText: 'Almond' }).first()
	const name = await card.locator('li span').first().evaluate((e) => e.firstChild.data)
	await seen(page, 'organiser-teams')
	for (const to of ['Carob', 'Almond']) {
		await page.getByLabel(`Move ${name} to team`).selectOption({ label: to })
		await press(page, `Move ${name}`)
		await sees(page, `${name} is now in ${to}`)
	}
	await press(page, 'Almond', 'main')
	await seen(page, 'organiser-team')
	for (const [path, words] of [['phases', 'Begin: Presentations'], ['roles', 'Invite somebody'],
		['programme', 'Add a session'], ['edit', 'Kinds of medical problem'],
		['agreement', 'What you agree to'], ['agreement/edit', 'Put in force'],
		['workspaces', 'All workspaces are open'], ['leaderboard', '95 % interval'],
		['projects', 'Ethics approval'], ['audit', 'The trail is whole']]) {
		await go(page, `${EVENT}/${path}`)
		await sees(page, words)
		await seen(page, `organiser-${path.replace('/', '-')}`)
	}
})

served('the organiser makes a second, small event and opens it for applications', async (t) => {
	const { page } = t
	await be('organiser', t)
	await go(page, '/account')
	await press(page, 'Make an event')
	await fill(page, { slug: 'galilee-2027', name: 'Galilee Datathon 2027' })
	await press(page, 'Make the event')
	equal(await page.inputValue('[name=name]'), 'Galilee Datathon 2027', 'what was typed')
	await seen(page, 'organiser-new-event-error')
	await fill(page, {
		place: 'Galilee Medical Center', starts: '2027-03-01T06:00', ends: '2027-03-02T17:00',
		seats: 20, about: 'Two days of work on one question.',
	})
	await press(page, 'Make the event')
	await go(page, `${SMALL}/today`)
	await sees(page, 'Open the call for projects')
	await seen(page, 'organiser-draft')
	await begin(page, 'galilee-2027', 'Call for projects')
	await press(page, 'Projects', 'nav')
	await seen(page, 'organiser-no-projects')
	await press(page, 'Propose a project')
	await fill(page, {
		title: 'Falls on the ward', task: 'binary',
		question: 'Who will fall tonight, and could a nurse have known in the morning?',
		variables: 'One table of admissions with age, medication and an earlier fall.',
	})
	await seen(page, 'organiser-propose')
	await press(page, 'Send the proposal')
	await go(page, `${SMALL}/today`)
	await sees(page, '1 project waits for a decision')
	await press(page, 'Decide')
	await press(page, 'Falls on the ward', 'main')
	await press(page, 'Accept')
	await seen(page, 'organiser-accepted')
	await begin(page, 'galilee-2027', 'Applications')
	await press(page, 'People', 'nav')
	await seen(page, 'organiser-nobody')
})

served('an applicant signs up, is kept from losing anything, and applies', async ({ page, context }) => {
	await go(page, SMALL)
	await seen(page, 'applicant-event')
	await press(page, /apply/i, '.next')
	await press(page, 'Make an account', 'main')
	await fill(page, { ...ADA, password: 'short' })
	await press(page, 'Make the account')
	await sees(page, /ten characters/i)
	equal(await page.inputValue('[name=email]'), ADA.email, 'the e-mail after an error')
	await seen(page, 'applicant-join-error')
	await fill(page, { password: ADA.password })
	await press(page, 'Make the account')
	await sees(page, 'Please sign in.')
	await fill(page, { email: ADA.email, password: ADA.password })
	await press(page, 'Sign in', 'main')
	await keep('applicant', context)
	await sees(page, 'Your application')
	await seen(page, 'applicant-empty')

	await fill(page, { ...answers, motivation: 'Because.' })
	await page.locator('[data-saved]', { hasText: 'Saved at' }).waitFor()
	await page.reload()
	equal(await page.inputValue('[name=faculty]'), 'Medicine', 'the draft after a reload')
	await press(page, 'Send the application')
	equal(await page.inputValue('[name=motivation]'), 'Because.', 'the text after an error')
	equal(await page.evaluate(() => document.activeElement.name), 'motivation',
		'the field that the page goes to')
	assert(await page.isChecked('[name=languages][value=R]'), 'a box was lost after an error')
	await seen(page, 'applicant-error')
	await fill(page, { motivation: answers.motivation })
	await press(page, 'Send the application')
	await sees(page, 'Your application has arrived.')
	await seen(page, 'applicant-sent')
	await go(page, `${SMALL}/today`)
	await sees(page, 'Your application is with us')
	await seen(page, 'applicant-today')
})

served('without JavaScript one applies just as well', async ({ browser }) => {
	const context = await browser.newContext({ javaScriptEnabled: false })
	const page = await context.newPage()
	try {
		await go(page, `${SMALL}/apply`)
		await press(page, 'Make an account', 'main')
		await fill(page, { ...ADA, name: 'Ben Ohayon', email: 'ben@students.example' })
		await press(page, 'Make the account')
		await fill(page, { email: 'ben@students.example', password: ADA.password })
		await press(page, 'Sign in', 'main')
		await fill(page, { ...answers, motivation: '' })
		await press(page, 'Save as draft')
		await sees(page, 'Your draft is saved.')
		await press(page, 'Send the application')
		equal(await page.locator('[aria-invalid=true]').count(), 1, 'fields that are marked')
		await fill(page, { motivation: answers.motivation })
		await press(page, 'Send the application')
		await sees(page, 'Your application has arrived.')
	} finally {
		await context.close()
	}
})

// Where the keyboard is: the field's name or the words on it, and that it can be seen there.
const focus = (page) => page.evaluate(() => {
	const e = document.activeElement, s = getComputedStyle(e)
	const box = e.closest('.check'), around = box && getComputedStyle(box)
	const shown = [s, around].some((x) => x && x.outlineStyle !== 'none'
		&& parseFloat(x.outlineWidth) >= 2)
	return { name: e.name || e.innerText.trim(), shown }
})

async function tab(page, until) {
	const way = []
	for (let i = 0; i < 60; i++) {
		await page.keyboard.press('Tab')
		const at = await focus(page)
		assert(at.shown, `the focus cannot be seen on "${at.name}"`)
		way.push(at.name)
		if (at.name === until) return way
	}
	throw new Error(`Tab never came to "${until}": ${way.join(', ')}`)
}

served('with the keyboard alone one signs up and applies', async ({ page }) => {
	await go(page, `/join?next=${SMALL}/apply`)
	equal((await tab(page, 'Skip to content')).length, 1, 'presses of Tab to the skip link')
	await page.keyboard.press('Enter')
	equal((await tab(page, 'name')).length, 1, 'presses of Tab from there to the first field')
	await page.keyboard.type('Chen Sela')
	await tab(page, 'email')
	await page.keyboard.type('chen@students.example')
	await tab(page, 'password')
	await page.keyboard.type(ADA.password)
	await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
	await tab(page, 'email')
	await page.keyboard.type('chen@students.example')
	await tab(page, 'password')
	await page.keyboard.type(ADA.password)
	await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])

	await tab(page, 'Skip to content')
	await page.keyboard.press('Enter')
	const order = await tab(page, 'level')
	equal(order.length, 1, 'presses of Tab to the first question')
	await page.keyboard.type('PhD')
	await tab(page, 'specialty')
	await page.keyboard.type('Eng')
	await tab(page, 'faculty')
	await page.keyboard.type('Computer Science')
	for (const box of ['languages', 'fields']) {
		await tab(page, box)
		await page.keyboard.press('Space')
	}
	await tab(page, 'skill_analysis')
	await page.keyboard.press('ArrowRight')
	await tab(page, 'choice1')
	await page.keyboard.type('Falls')
	await tab(page, 'motivation')
	await page.keyboard.type(answers.motivation)
	await tab(page, 'Send the application')
	await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
	await sees(page, 'Your application has arrived.')
})

served('the organiser decides, and the applicant takes the seat', async (t) => {
	const { page, context, browser } = t
	await be('organiser', t)
	await go(page, `${SMALL}/today`)
	await begin(page, 'galilee-2027', 'Selection')
	await go(page, `${SMALL}/today`)
	await sees(page, 'Write the agreement')
	await press(page, 'Write it')
	await fill(page, { title: 'Agreement', body: 'I keep what I see to myself, and take nothing with me.' })
	await press(page, 'Put in force')
	await go(page, `${SMALL}/today`)
	await press(page, 'Read and sign')
	await fill(page, { name: 'Noa Peretz', agree: true })
	await press(page, 'Sign', 'main')
	await go(page, `${SMALL}/today`)
	await sees(page, '3 applications wait for a decision')
	await press(page, 'Decide')
	await page.getByLabel('Choose Ada Kovner').check()
	await seen(page, 'organiser-decide')
	await press(page, 'Offer a seat')
	await sees(page, 'Ada Kovner')
	const theirs = await browser.newContext()
	try {
		const hers = await theirs.newPage()
		await be('applicant', { page: hers, context: theirs })
		await go(hers, `${SMALL}/today`)
		await press(hers, 'Answer')
		await seen(hers, 'applicant-offer')
		await press(hers, 'Accept the seat')
		await sees(hers, 'Your seat is confirmed.')
		await go(hers, `${SMALL}/agreement`)
		await fill(hers, { name: ADA.name, agree: true })
		await seen(hers, 'applicant-agreement')
		await press(hers, 'Sign', 'main')
		await sees(hers, 'Signed.')
		await seen(hers, 'applicant-signed')
	} finally {
		await theirs.close()
	}
	await context.clearCookies()
})

served('the data steward sees each step, and a mistake in a recipe costs no text', async (t) => {
	const { page } = t
	await be('data steward', t)
	await seen(page, 'steward-today')
	await press(page, 'Data', 'nav')
	await seen(page, 'steward-data')
	await press(page, 'Birth weight from maternal history', 'main')
	equal(await page.locator('.steps li.done').count(), 6, 'steps that are done')
	equal(await page.locator('tbody tr .tag.good').count(), 4, 'releases that are ready')
	await seen(page, 'steward-project')
	await press(page, 'Recipe', 'main')
	await page.getByText('The recipe fits the tables').waitFor()
	await seen(page, 'steward-recipe')
	await press(page, 'As a text', 'main')
	const good = await page.inputValue('[name=recipe]')
	const bad = `${good}\ntable nowhere\n\tnothing keep\n`
	await fill(page, { recipe: bad })
	await press(page, 'Save the recipe')
	await page.getByText('The recipe does not fit yet').waitFor()
	await sees(page, 'nowhere')
	await seen(page, 'steward-error')
	await press(page, 'Open the text', 'main')
	equal((await page.inputValue('[name=recipe]')).trim(), bad.trim().replace('version 1', 'version 2'),
		'the recipe after an error')
	await fill(page, { recipe: good })
	await press(page, 'Save the recipe')
	await page.getByText('The recipe fits the tables').waitFor()
	// A mistake in one form leaves the other as it stands, and is the only verdict.
	await page.getByLabel('What becomes of lwt').selectOption('round')
	await press(page, 'Save this table')
	await sees(page, 'lwt: say to multiples of what')
	equal(await page.getByLabel('What becomes of lwt').inputValue(), 'round', 'what was chosen')
	equal(await page.inputValue('[name=outcome]'), 'births.bwt', 'what is predicted')
	equal(await page.locator('main .next').count(), 0, 'verdicts beside the mistake')
	await page.getByLabel('What becomes of lwt').selectOption('keep')
	// One column by keyboard alone: its line changes, and nothing else of the text.
	const select = page.getByLabel('What becomes of ftv')
	await select.focus()
	await page.keyboard.type('Leave')
	const save = page.getByRole('button', { name: 'Save this table' })
	await save.focus()
	await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
	await page.getByText('The recipe fits the tables').waitFor()
	equal(await select.inputValue(), 'drop', 'the action of ftv')
	await press(page, 'Versions', 'main')
	equal(await page.locator('.diff .come').count(), 2, 'lines that came: the version and ftv')
	await seen(page, 'steward-versions')
	await press(page, 'Data of Birth weight from maternal history', 'main')
	await sees(page, 'Teams keep version 1 until you sign version 4.')
	await press(page, 'Risk', 'main')
	await press(page, 'Measure', 'main')
	await page.getByText('Groups of').waitFor()
	await seen(page, 'steward-risk')
	await press(page, 'Workspaces', 'nav')
	await seen(page, 'steward-workspaces')
	await press(page, 'Audit', 'nav')
	await sees(page, 'Recipe written')
	await seen(page, 'steward-audit')
	await go(page, `${EVENT}/roles`, 403)
	await seen(page, 'steward-403')
})

served('a project lead reads the project and its dictionary', async (t) => {
	const { page } = t
	await be('project lead', t)
	await seen(page, 'lead-today')
	await press(page, 'Birth weight from maternal history', 'main')
	await seen(page, 'lead-project')
	await press(page, 'Open the dictionary')
	await sees(page, 'grams')
	await seen(page, 'lead-dictionary')
	await press(page, 'Teams', 'nav')
	await press(page, 'Almond', 'main')
	await sees(page, 'Why we are a team')
})

served('a mentor looks in on the team', async (t) => {
	const { page } = t
	await be('mentor', t)
	await seen(page, 'mentor-today')
	await press(page, 'Almond', 'main')
	await seen(page, 'mentor-team')
	await press(page, 'Submissions', 'main')
	await seen(page, 'mentor-submissions')
})

served('a participant opens the notebook, works in its terminal, and takes nothing away',
	async (t) => {
		const { page, context, errors } = t
		await be('participant', t)
		await seen(page, 'participant-today')
		await press(page, 'Leaderboard', 'nav')
		await seen(page, 'participant-leaderboard')
		await press(page, 'Today', 'nav')
		await press(page, 'Open your workspace', '.next')
		await seen(page, 'participant-workspace')
		await press(page, 'Open notebook')
		await page.locator('#notebook_list').waitFor()
		assert(/^http:\/\/w\d+\.localhost:/.test(page.url()), `the notebook is at ${page.url()}`)
		assert(new URL(page.url()).origin !== URL_BASE, 'the notebook shares the pages\' origin')

		await page.locator('#new-dropdown-button, #new-buttons button').first().click()
		const [terminal] = await Promise.all([context.waitForEvent('page'),
			page.getByText('Terminal', { exact: true }).last().click()])
		await terminal.locator('.xterm-helper-textarea').waitFor({ state: 'attached' })
		await terminal.waitForFunction(() => window.terminal?.term)
		const screen = () => terminal.evaluate(() => {
			const b = window.terminal.term._core.buffer
			return Array.from({ length: b.lines.length }, (_, i) =>
				b.translateBufferLineToString(i, true)).join('\n')
		})
		await terminal.locator('.xterm-helper-textarea').focus()
		await terminal.keyboard.type('wardroom who; wardroom status >mine.txt; echo do""ne\n')
		let text = ''
		for (let i = 0; i < 400 && !text.includes('done'); i++) {
			await terminal.waitForTimeout(100)
			text = await screen()
		}
		assert(text.includes('Maya Levin'), `the terminal says:\n${text}`)
		const origin = new URL(page.url()).origin
		for (const path of ['/files/mine.txt', '/files/mine.txt?download=1',
			'/nbconvert/html/mine.ipynb?download=true']) {
			const answer = await page.evaluate(async (p) => (await fetch(p)).status, origin + path)
			equal(answer, 403, `fetching ${path}`)
		}
		// What Jupyter itself writes to the console is not ours to judge.
		errors.length = 0
		await terminal.close()
	})

served('a participant opens a terminal at its prompt, and a desktop that is pixels', async (t) => {
	const { page } = t
	await be('participant', t)
	await press(page, 'Open your workspace', '.next')
	const back = new URL(page.url()).pathname
	await page.waitForTimeout(1500) // as long as a person reads; the programs start meanwhile
	let since = Date.now()
	await press(page, 'Open terminal')
	await page.waitForURL('**/terminal/')
	// `term` is the page's own script's.
	const screen = () => page.evaluate(() => Array.from({ length: term.rows }, (_, i) =>
		term._core.buffer.translateBufferLineToString(i, true)).join('\n'))
	const says = async (words) => {
		for (let i = 0; i < 1200 && !(await screen()).includes(words); i++)
			await page.waitForTimeout(25)
		assert((await screen()).includes(words), `the terminal says:\n${await screen()}`)
	}
	await says('maya:~$')
	console.log(`# from the click to the terminal's prompt: ${Date.now() - since} ms`)
	await page.keyboard.type('wardroom who; echo do""ne\n')
	await says('done')
	await says('Maya Levin')
	await shot(page, 'participant-terminal')

	await go(page, back)
	since = Date.now()
	await press(page, 'Open desktop')
	await page.waitForURL('**/desktop/')
	await page.locator('#note').waitFor({ state: 'hidden' })
	const panel = () => page.evaluate(() => {
		const c = document.querySelector('#screen canvas')
		const { data } = c.getContext('2d').getImageData(0, c.height - 30, c.width, 1)
		let n = 0
		for (let i = 0; i < data.length; i += 4)
			n += data[i] === 0x2f && data[i + 1] === 0x2d && data[i + 2] === 0x63
		return n / c.width
	})
	for (let i = 0; i < 600 && await panel() < 0.5; i++) await page.waitForTimeout(50)
	assert(await panel() >= 0.5, 'the desktop shows no panel')
	console.log(`# from the click to the desktop's panel: ${Date.now() - since} ms`)
	assert((await page.locator('header').innerText()).includes('copying out is closed'),
		'the page does not say that copying out is closed')
	await shot(page, 'participant-desktop')
})

served('a participant hands in, and sees the team and its submissions', async (t) => {
	const { page } = t
	await be('participant', t)
	const team = await page.locator('h2 a').first().innerText()
	await press(page, team, 'nav')
	await seen(page, 'participant-team')
	await press(page, 'Submissions', 'main')
	await seen(page, 'participant-submissions')
	await press(page, team, 'main')
	await press(page, 'Presentation', 'main')
	await page.setInputFiles('[name=pdf]', { name: 'slides.pdf', mimeType: 'application/pdf',
		buffer: pdf })
	await fill(page, { title: 'Nine months of notice', problem: 'Small children are found late.' })
	await press(page, 'Save')
	await seen(page, 'participant-draft')
	await fill(page, { methods: 'A linear model.', results: 'See the leaderboard.',
		impact: 'Earlier visits.' })
	await press(page, 'Save')
	await press(page, 'Hand in')
	await sees(page, 'Handed in.')
	await seen(page, 'participant-handed-in')
	await go(page, `${EVENT}/audit`, 403)
	await seen(page, 'participant-403')
})

served('a juror scores a team on a phone', async (t) => {
	const { page, context } = t
	await be('organiser', t)
	await begin(page, 'carmel-2026', 'Presentations')
	await go(page, `${EVENT}/jury/run`)
	await seen(page, 'organiser-jury')
	await press(page, 'Open the round')
	await seen(page, 'organiser-jury-open')
	await context.clearCookies()

	await page.setViewportSize(PHONE)
	await be('juror', t)
	await seen(page, 'juror-today')
	await press(page, 'Score')
	await seen(page, 'juror-list')
	await press(page, 'Score the next team')
	await seen(page, 'juror-team')
	await fill(page, { creativity: 4, practicality: 5 })
	await press(page, 'Save the score')
	await sees(page, /impact/i)
	assert(await page.isChecked('[name=creativity][value="4"]'), 'a mark was lost after an error')
	await seen(page, 'juror-team-error')
	await fill(page, { impact: 3, comment: 'Who would act on it at night?' })
	await press(page, 'Save the score')
	await sees(page, 'is saved')
	await seen(page, 'juror-done')
})

served('the organiser closes the round and reads the results', async (t) => {
	const { page } = t
	await be('organiser', t)
	await go(page, `${EVENT}/today`)
	await sees(page, 'Run the jury')
	await go(page, `${EVENT}/jury/run`)
	await seen(page, 'organiser-jury-scored')
	await go(page, `${EVENT}/results`)
	await seen(page, 'organiser-results')
})
