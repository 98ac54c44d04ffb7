// Drives one Node client as a program of a customer would: DRIVER URL KEY ORDERS good|bad. Run in the folder with node_modules.
// Ends with 1 and says why when the client tells of an error. No process.exit: what is left running is the client's matter.
import { createRequire } from 'node:module'

const require = createRequire(`${process.cwd()}/`)
const [driver, url, key, orders, kind] = process.argv.slice(2)
const errors = []
const tell = (error) => error && errors.push(String(error))

function segment() {
  const { Analytics } = require('@segment/analytics-node')
  const client = new Analytics({ writeKey: key, host: url })
  client.on('error', (error) => tell(JSON.stringify(error)))
  return { client, finish: () => client.closeAndFlush({ timeout: 30_000 }) }
}

// The older two call back once for each message; a flush takes one batch.
function queued(Client, options) {
  const raw = new Client(key, { ...options, errorHandler: tell })
  const answered = []
  const client = Object.fromEntries(
    ['identify', 'track', 'page', 'group', 'alias'].map((call) => [
      call,
      (message) => answered.push(new Promise((resolve) => raw[call](message, (error) => resolve(tell(error))))),
    ]),
  )
  const finish = async () => {
    while (raw.queue.length) await raw.flush()
    await Promise.all(answered)
  }
  return { client, finish }
}

// One request a call, each awaited; a key of two parts is asked for, and ours is the first. It knows no alias.
function jitsu() {
  const { jitsuAnalytics } = require('@jitsu/js')
  const raw = jitsuAnalytics({ host: url, writeKey: `${key}:-`, s2s: true, errorPolicy: (message) => tell(message) })
  const calls = []
  const later = (call) => calls.push(call)
  const client = {
    identify: ({ userId, traits }) => later(() => raw.identify(userId, traits)),
    track: ({ event, properties }) => later(() => raw.track(event, properties)),
    page: ({ userId, ...page }) => later(() => raw.page(page)),
    group: ({ groupId, traits }) => later(() => raw.group(groupId, traits)),
    alias: () => {},
  }
  const finish = async () => {
    for (const call of calls) await call()
  }
  return { client, finish }
}

const drivers = {
  segment,
  jitsu,
  'analytics-node': () => queued(require('analytics-node'), { host: url }),
  rudder: () => queued(require('@rudderstack/rudder-sdk-node'), { dataPlaneUrl: url }),
}

const { client, finish } = drivers[driver]()
client.identify({ userId: 'ada', traits: { email: 'ada@example.com', plan: 'gold' } })
for (let number = 0; number < Number(orders); number++) {
  const properties = { order_id: `o${number}`, revenue: 10.5, currency: 'EUR', products: [] }
  client.track({ userId: 'ada', event: 'Order Completed', properties })
  if (kind === 'bad' && number === 1) client.track({ userId: 'ada', event: 'x'.repeat(201) })
}
client.page({ userId: 'ada', category: 'Shop', name: 'Beans', properties: { url: 'https://shop.example/beans' } })
client.group({ userId: 'ada', groupId: 'bar-centrale', traits: { name: 'Bar Centrale' } })
client.alias({ previousId: 'before', userId: 'ada' })
await finish()

if (errors.length) {
  console.log(errors.join('\n'))
  process.exitCode = 1
}
