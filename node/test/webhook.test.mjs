// The security webhook, and PINs that are drawn.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { generatePin, InvalidConfigurationError, InvalidPinError, InvalidWebhookError, isWeakPin, securityEvents } from 'whatsapp-two-step'
import { assertHidden, assertRefused, PIN, vectors } from './support.mjs'

const { good, bad, app_secret: SECRET } = vectors('webhooks')
const body = (event) => Buffer.from(event.body.padEnd(event.padded_to ?? 0))
/** The error of a function that throws at once. */
const thrown = (work) => {
  try {
    return assert.fail(String(work()))
  } catch (error) {
    return error
  }
}
const here = ({ event, waba_id, display_phone_number, requester, time }) => {
  const all = { event, wabaId: waba_id, displayPhoneNumber: display_phone_number, requester, time: time === null ? null : new Date(time * 1000) }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}

for (const event of good) {
  test(`good: ${event.name}`, () => {
    const events = securityEvents(body(event), event.signature, SECRET)
    assert.deepEqual(events, event.events.map(here))
    assertHidden(events, SECRET)
    const bytes = new Uint8Array(body(event))
    assert.deepEqual(securityEvents(bytes.buffer, event.signature, SECRET), events)
    // A view of a part of a buffer.
    const part = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]).subarray(6, 6 + bytes.length)
    assert.deepEqual(securityEvents(part, event.signature, SECRET), events)
  })
}

for (const event of bad) {
  test(`bad: ${event.name}`, () => {
    const error = thrown(() => securityEvents(body(event), event.signature, SECRET))
    assert.ok(error instanceof InvalidWebhookError)
    assertRefused(error, 'invalid_webhook', event.words)
    assertHidden(error, SECRET)
    assert.match(error.stack.split('\n')[1], /webhook\.test\.mjs/)
  })
}

test('values of other types', () => {
  const [{ body: text, signature }] = good
  for (const [other, type] of [[text, 'a string'], [JSON.parse(text), 'an object'], [undefined, 'undefined'], [null, 'null'], [[1], 'an object']]) {
    const error = thrown(() => securityEvents(other, signature, SECRET))
    assertRefused(error, 'invalid_webhook', ['the body must be bytes, as they came', type])
  }
  for (const none of [undefined, null, '', ['sha256='], 7, {}]) {
    assertRefused(thrown(() => securityEvents(Buffer.from(text), none, SECRET)), 'invalid_webhook', ['missing'])
  }
  for (const secret of [undefined, null, '', `${SECRET}\n`, 7]) {
    const error = thrown(() => securityEvents(Buffer.from(text), signature, secret))
    assert.ok(error instanceof InvalidConfigurationError)
    assertRefused(error, 'invalid_configuration', ['appSecret'])
    assertHidden(error, SECRET)
  }
})

test('a time past the last Date is none', async () => {
  const { createHmac } = await import('node:crypto')
  for (const [time, due] of [[8_640_000_000_000, new Date(8.64e15)], [8_640_000_000_001, undefined], [Number.MAX_SAFE_INTEGER, undefined]]) {
    const delivery = Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ time, changes: [{ field: 'security', value: { event: 'PIN_CHANGED' } }] }] }))
    const signature = `sha256=${createHmac('sha256', SECRET).update(delivery).digest('hex')}`
    assert.deepEqual(securityEvents(delivery, signature, SECRET), [{ event: 'PIN_CHANGED', ...(due && { time: due }) }])
  }
})

test('PINs that are drawn', () => {
  const pins = new Set(Array.from({ length: 1_000 }, generatePin))
  assert.ok(pins.size > 900, `${pins.size} of 1,000 PINs differ`)
  for (const pin of pins) assert.ok(/^[0-9]{6}$/.test(pin) && !isWeakPin(pin))
})

test('weak PINs', () => {
  assert.deepEqual(['000000', '123456', '987654', PIN].map(isWeakPin), [true, true, true, false])
  for (const other of [`${PIN} `, 735194, undefined, null, '']) {
    const error = thrown(() => isWeakPin(other))
    assert.ok(error instanceof InvalidPinError)
    assertRefused(error, 'invalid_pin', [])
    assertHidden(error, PIN)
  }
})

test('the same functions in both kinds of module', () => {
  const required = createRequire(import.meta.url)('whatsapp-two-step')
  assert.deepEqual([required.generatePin, required.isWeakPin, required.securityEvents], [generatePin, isWeakPin, securityEvents])
})
