import type { Random } from '@latchkey/harness'
import { word } from '../values/valid-text.ts'
import { CANARY } from './log-watch.ts'

/** One that the rules accept. */
export const newPassword = (random: Random): string => `violet ${CANARY} harbour ${word(random)} sings`
