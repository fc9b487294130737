// WHATSAPP_ACCESS_TOKEN=EAA… npm start
import { Client } from 'whatsapp-two-step'

import { createApp } from './app.js'
import { MemoryVault } from './vault.js'

const client = Client.fromEnv({ timeoutMs: 20_000 }) // one for the whole program: it keeps its connections; the vault's QUIET_MS counts on its timeout
createApp(client, new MemoryVault()).listen(Number(process.env.PORT ?? 3000), () => console.log('ready'))
