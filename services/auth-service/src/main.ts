import { runService } from '@latchkey/service-kit'
import { buildApp } from './app.ts'
import { loadConfig } from './config.ts'
import { lowerThreadPool } from './users/thread-priority.ts'

await runService({
  name: 'auth-service',
  build: async () => {
    const config = loadConfig(process.env)
    await lowerThreadPool()
    return { app: await buildApp(config), listening: config.listening }
  },
})
