// WHATSAPP_ACCESS_TOKEN=EAA… WHATSAPP_TWO_STEP_VAULT_KEY=… npm start, and WHATSAPP_APP_SECRET to hear of changed PINs.
// The key: generateVaultKey(), once. Keep it in your secret manager; without it, no PIN in the vault can be read.
import { Client, Rotator, SqliteVault } from 'whatsapp-two-step'

import { createApp } from './app.js'
import { webhooks } from './webhooks.js'

const { WHATSAPP_TWO_STEP_VAULT_KEY: key = '', WHATSAPP_APP_SECRET: appSecret } = process.env
const vault = new SqliteVault('pins.db', key) // for the processes of one machine; on many, a PostgresVault takes its place
await vault.init()
const client = Client.fromEnv({ timeoutMs: 20_000 }) // one for the whole program: it keeps its connections
const app = createApp(new Rotator(client, vault))
if (appSecret) app.use(webhooks(appSecret))
app.listen(Number(process.env.PORT ?? 3000), () => console.log('ready'))
