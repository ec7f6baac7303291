import type { AppInstance } from '@latchkey/service-kit'
import type { OnboardingService } from '../../../onboarding/onboarding-service.ts'
import { getInvitationRoute } from './get-invitation.ts'
import { inviteEmployeeRoute } from './invite-employee.ts'

type Services = { readonly onboarding: OnboardingService }

/** Everything under /employees that gives an employee an account, by the scopes that a call needs. */
export async function onboardingRoutes(app: AppInstance, { onboarding }: Services): Promise<void> {
  await app.register(employeesWrite)

  async function employeesWrite(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('employees:write'))
    getInvitationRoute(scoped, onboarding)
    await scoped.register(usersInvite)
  }

  async function usersInvite(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('users:invite'))
    inviteEmployeeRoute(scoped, onboarding)
  }
}
