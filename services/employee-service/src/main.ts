import { runService } from '@latchkey/service-kit'
import { buildApp } from './app.ts'
import { loadConfig, sharesRedisUser } from './config.ts'

await runService({
  name: 'employee-service',
  build: async () => {
    const config = loadConfig(process.env)
    const app = await buildApp(config)
    if (sharesRedisUser(process.env)) {
      app.log.warn(
        'REDIS_URL is that of auth-service: its user can do more than read revocations. Set EMPLOYEE_REDIS_URL',
      )
    }
    return { app, listening: config.listening }
  },
})
