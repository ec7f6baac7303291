import type { CDPSession } from 'playwright-core'

type Message = { id?: number; result?: object; error?: { message: string } }

/** Sends commands of the DevTools protocol to one page. */
export type Devtools = <Result>(method: string, parameters?: object) => Promise<Result>

/**
 * A page past Playwright, which makes every page believe that it has the focus: such a page is never frozen.
 *
 * @param browser a session of the browser itself
 */
export async function attach(browser: CDPSession, targetId: string): Promise<Devtools> {
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: false })
  const waiting = new Map<number, (answer: Message) => void>()
  browser.on('Target.receivedMessageFromTarget', (event) => {
    if (event.sessionId !== sessionId) return
    const message = JSON.parse(event.message) as Message
    if (message.id === undefined) return
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
  })
  let commands = 0
  return async <Result>(method: string, parameters = {}) => {
    const id = ++commands
    const { promise, resolve } = Promise.withResolvers<Message>()
    waiting.set(id, resolve)
    await browser.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id, method, params: parameters }),
    })
    const { result, error } = await promise
    if (error) throw new Error(`${method}: ${error.message}`)
    return result as Result
  }
}
