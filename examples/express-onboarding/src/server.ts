// WHATSAPP_ACCESS_TOKEN=EAA… npm start, and WHATSAPP_APP_SECRET to hear of changed PINs
import { Client } from 'whatsapp-two-step'

import { createApp } from './app.js'
import { MemoryVault } from './vault.js'
import { webhooks } from './webhooks.js'

const client = Client.fromEnv({ timeoutMs: 20_000 }) // one for the whole program: it keeps its connections; the vault's QUIET_MS counts on its timeout
const app = createApp(client, new MemoryVault())
const { WHATSAPP_APP_SECRET: appSecret } = process.env
if (appSecret) app.use(webhooks(appSecret))
app.listen(Number(process.env.PORT ?? 3000), () => console.log('ready'))
