import fastifyCookie from '@fastify/cookie'
import type { AppInstance } from '@latchkey/service-kit'
import { requireUser } from '../../live-bearer.ts'
import type { AuthServices } from './auth-services.ts'
import { cookieRoute } from './cookie.ts'
import { loginRoute } from './login.ts'
import { logoutRoute } from './logout.ts'
import { logoutAllRoute } from './logout-all.ts'
import { meRoutes } from './me.ts'
import { passwordRoute } from './password.ts'
import { refreshRoute } from './refresh.ts'
import { registerRoute } from './register.ts'
import { sessionRoutes } from './sessions.ts'

/** Everything under /auth, by who may call it. */
export async function authRoutes(app: AppInstance, services: AuthServices): Promise<void> {
  // Cookies are only written with it; reading them is stricter than it is.
  await app.register(fastifyCookie, { hook: false })

  // Anyone
  registerRoute(app, services)
  loginRoute(app, services)
  cookieRoute(app, services)

  // The holder of a refresh token
  refreshRoute(app, services)
  logoutRoute(app, services)

  // Whoever is signed in
  await app.register(async (signedIn: AppInstance) => {
    signedIn.addHook('onRequest', signedIn.authenticate)
    signedIn.addHook('onRequest', requireUser)
    meRoutes(signedIn, services)
    passwordRoute(signedIn, services)
    logoutAllRoute(signedIn, services)
    sessionRoutes(signedIn, services)
  })
}
