// What is looked at beside a server that is played up to full data. Playing takes a minute, so all of
// it is here; it stands in this order, because the last one leads the event on to its jury.
import { run } from './lib.mjs'
import './airlock.mjs'
import './roles.mjs'

await run()
