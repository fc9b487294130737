// runtime.mjs FILE: a Lambda runtime for Node. It takes the file's handler, asks for an event, answers, and asks again.
import { pathToFileURL } from 'node:url'

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`
const module = await import(pathToFileURL(process.argv[2]).href)
const handler = module.handler ?? module.default.handler
for (;;) {
  const next = await fetch(`${api}/invocation/next`)
  const call = `${api}/invocation/${next.headers.get('lambda-runtime-aws-request-id')}`
  const event = await next.json()
  const [end, answer] = await handler(event, {}).then((answer) => ['response', answer], (error) => ['error', String(error)])
  await fetch(`${call}/${end}`, { method: 'POST', body: JSON.stringify(answer) })
}
