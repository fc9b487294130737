/**
 * Sets the two-step verification PIN of a WhatsApp Business phone number.
 *
 * @packageDocumentation
 */
export * from './client.cjs'
export * from './errors.cjs'
export * from './fetch.cjs'
export * from './response.cjs'
export * from './transport.cjs'
