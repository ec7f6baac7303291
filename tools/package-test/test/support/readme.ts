import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The snippets of a directory's README, in their order: JavaScript that is TypeScript too. */
export function snippetsOf(directory: string): string[] {
  const text = readFileSync(join(directory, 'README.md'), 'utf8')
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
}

/** The one snippet that has this in it. */
export function snippetWith(text: string, directory: string): string {
  const [snippet, ...others] = snippetsOf(directory).filter((each) => each.includes(text))
  if (snippet === undefined || others.length > 0)
    throw new Error(`${directory}/README.md needs one snippet with ${text}`)
  return snippet
}
