// Shows what a call came to in every way that Node has (NODE_DEBUG=* is set outside); and leaks what it is told to, through each.
import { debuglog, inspect } from 'node:util'
import { serialize } from 'node:v8'

import { Client } from 'whatsapp-two-step'

/** Secrets come so: nothing that shows the input, as NODE_DEBUG does, shows them. */
const backwards = (text) => [...(text ?? '')].reverse().join('')

const channels = {
  debuglog: (value) => debuglog('shown')('%O', value),
  inspect: (value) => console.error(inspect(value, { showHidden: true, depth: Infinity, getters: true, maxStringLength: Infinity })),
  console: (value) => console.error(value, String(value), value?.stack),
  json: (value) => console.error(JSON.stringify(value)),
  clone: (value) => console.error(serialize(structuredClone(value)).toString('latin1')),
}

const everything = (value) => {
  for (const [name, channel] of Object.entries(channels)) {
    try {
      channel(value)
    } catch (error) {
      console.error(name, error) // a client can't be cloned
    }
  }
  if (value?.cause) everything(value.cause)
}

export async function show(call, settings) {
  const { access_token: token, app_secret: secret, ...rest } = call.settings
  const secrets = { access_token: backwards(token), ...(secret && { app_secret: backwards(secret) }) }
  let client
  try {
    client = new Client(settings({ ...rest, ...secrets }))
    everything(await client.setTwoStepPin(call.phone_number_id, backwards(call.pin)))
  } catch (error) {
    everything(error)
  }
  everything(client)
  return true
}

export function plant({ plant, text }) {
  channels[plant](plant === 'console' ? new Error(backwards(text)) : { planted: backwards(text) })
  return true
}
