// What the installed Node package offers: asked of the package itself, and read from its typings, which nothing can ask when it runs.
import { readFileSync } from 'node:fs'

import * as library from 'whatsapp-two-step'

const typings = (name) => readFileSync(new URL(name, import.meta.resolve('whatsapp-two-step')), 'utf8')
const codes = (text, name) => [...text.match(new RegExp(`type ${name} = ([^;]+);`))[1].matchAll(/'(\w+)'/g)].map(([, code]) => code)
// The body of an interface or a class ends at the first brace in the first column.
const members = (text, name) =>
  [...text.match(new RegExp(`(?:interface|class) ${name}\\b[^{]*{\\n([^]*?)\\n}`))[1].matchAll(/^ {4}(?:readonly )?(\w+)\??: /gm)].map(([, member]) => member)

/** The names that some typings pass on: those of another file, where they pass on all of it. */
const passedOn = (text, file, names) => (text.includes(`export * from '${file}'`) ? names : text.match(/\w+/g))

/** What a transport sees of a client that was given nothing else. */
async function defaults() {
  let first
  const transport = (request) => {
    first ??= request
    throw new Error('no answer')
  }
  const error = await new library.Client({ accessToken: 'EAAG', transport }).setTwoStepPin('1', '012345').catch((error) => error)
  return { url: first.url, timeout: first.timeoutMs / 1000, connect_timeout: first.connectTimeoutMs / 1000, attempts: error.attempts }
}

export async function contract() {
  const [errors, client, response, index, module] = ['errors.d.cts', 'client.d.cts', 'response.d.cts', 'index.d.cts', 'index.d.mts'].map(typings)
  const classes = [...errors.matchAll(/class (\w+) extends TwoStepError {\n\s+readonly kind: '(\w+)';/g)].map(([, name, kind]) => [name, kind])
  const inIndex = passedOn(index, './errors.cjs', errors.match(/(?<=^export declare class )\w+/gm))
  const isError = (name) => /Error$/.test(name) && !['TwoStepError', 'TransportError', 'VaultError', 'VaultFaultError'].includes(name)
  const names = (list) => Object.fromEntries(list.filter(isError).map((name) => [name, null]))
  return {
    kinds: { ErrorKind: codes(errors, 'ErrorKind') },
    outcomes: { Outcome: codes(errors, 'Outcome') },
    classes: {
      exports: names(Object.keys(library).filter((name) => library[name].prototype instanceof library.TwoStepError)),
      'errors.d.cts': Object.fromEntries(classes),
      'index.d.cts': names(inIndex),
      'index.d.mts': names(passedOn(module, './index.cjs', inIndex)),
    },
    error_fields: { TwoStepErrorFields: members(errors, 'TwoStepErrorFields') },
    response_fields: { SetTwoStepPinResponse: members(response, 'SetTwoStepPinResponse') },
    usage_fields: { Usage: members(response, 'Usage') },
    settings: { ClientOptions: members(client, 'ClientOptions') },
    defaults: await defaults(),
  }
}
