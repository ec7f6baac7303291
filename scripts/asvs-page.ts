// Reads docs/asvs.md, and finds what is wrong with it: a requirement that is missing, evidence that is gone, wrong totals.

export const STATES = ['met', 'partly', 'not met', 'operator', 'does not apply'] as const
export type State = (typeof STATES)[number]

/** Requirements of the standard by chapter, such as `V1`; the level of each by its number, such as `1.2.3`. */
export type Standard = Readonly<Record<string, { name: string; levels: Readonly<Record<string, number>> }>>

/** A test by its title, or a text that stands in a file. */
export type Evidence = { readonly file: string; readonly text: string }

export type Row = {
  readonly number: string
  readonly level: number
  readonly wants: string
  readonly state: string
  readonly note: string
  readonly evidence: readonly Evidence[]
}

const ROW = /^\| (\d+\.\d+\.\d+) \| (\d) \| (.+?) \| (.+?) \| (.+) \|$/
// [name](path) › "the title of a test", or [name](path) › `text of a file`
const EVIDENCE = /\]\((?!\w+:)([^)\s#]+)\) › (?:"([^"]+)"|`([^`]+)`)/g
const TOTALS = /(<!-- totals -->\n\n)[\s\S]*?(\n\n<!-- \/totals -->)/

/** The rows of the tables, in their order. Paths of evidence are relative to the page. */
export function readRows(page: string): Row[] {
  return page.split('\n').flatMap((line) => {
    const match = ROW.exec(line)
    if (!match) return []
    const [, number = '', level, wants = '', state = '', note = ''] = match
    const evidence = [...note.matchAll(EVIDENCE)].map(([, file = '', title, text = '']) => ({
      file,
      text: title ?? text,
    }))
    return [{ number, level: Number(level), wants, state, note, evidence }]
  })
}

/** The page with the totals that its rows give. */
export function withTotals(page: string, standard: Standard): string {
  const rows = readRows(page)
  const count = (of: readonly Row[]): string =>
    [of.length, ...STATES.map((state) => of.filter((row) => row.state === state).length)].join(' | ')
  const table = [
    `| chapter | requirements | ${STATES.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(STATES.length + 1)}`,
    ...Object.entries(standard).map(
      ([chapter, { name }]) =>
        `| ${chapter} ${name} | ${count(rows.filter(({ number }) => number.startsWith(`${chapter.slice(1)}.`)))} |`,
    ),
    `| **all** | ${count(rows)} |`,
  ]
  return page.replace(TOTALS, (_all, start, end) => `${start}${table.join('\n')}${end}`)
}

/** @param read the text of a file by its path relative to the page; undefined when there is none */
export function faultsOf(page: string, standard: Standard, read: (file: string) => string | undefined): string[] {
  const rows = readRows(page)
  return [
    ...faultsOfNumbers(rows, standard),
    ...rows.flatMap((row) => faultsOfRow(row, read).map((fault) => `${row.number}: ${fault}`)),
    ...(withTotals(page, standard) === page && TOTALS.test(page) ? [] : ['the totals are out of date']),
  ]
}

function faultsOfNumbers(rows: readonly Row[], standard: Standard): string[] {
  const levels = new Map(Object.values(standard).flatMap((chapter) => Object.entries(chapter.levels)))
  const seen = new Set<string>()
  const faults: string[] = []
  for (const { number, level } of rows) {
    if (!levels.has(number)) faults.push(`${number}: there is no such requirement`)
    else if (levels.get(number) !== level) faults.push(`${number}: its level is ${levels.get(number)}`)
    if (seen.has(number)) faults.push(`${number}: it has two rows`)
    seen.add(number)
  }
  const missing = [...levels.keys()].filter((number) => !seen.has(number))
  return [...faults, ...missing.map((number) => `${number}: it has no row`)]
}

function faultsOfRow(row: Row, read: (file: string) => string | undefined): string[] {
  const { wants, state, note, evidence } = row
  const words = wants.split(/\s+/).length
  return [
    ...(words < 3 || words > 10 ? [`what it wants has ${words} words, which must be three to ten`] : []),
    ...(STATES.some((known) => known === state) ? [] : [`${state} is no state`]),
    ...((state === 'met' || state === 'partly') && evidence.length === 0 ? [`${state} without evidence`] : []),
    ...(state === 'operator' && !evidence.some(({ file }) => file.endsWith('.md')) ? ['no page tells operators'] : []),
    ...((state === 'partly' || state === 'not met') && !/ Takes: \S/.test(note) ? ['what would it take?'] : []),
    ...evidence.flatMap((each) => faultOfEvidence(each, read)),
  ]
}

function faultOfEvidence({ file, text }: Evidence, read: (file: string) => string | undefined): string[] {
  const content = read(file)
  if (content === undefined) return [`there is no file ${file}`]
  const line = lineOf({ file, text }, content)
  if (line !== undefined) return []
  return [`${file} has no ${file.endsWith('.test.ts') ? 'test' : 'text'} ${JSON.stringify(text)}`]
}

/** Where the evidence stands in the file, from 1; undefined when it does not. */
export function lineOf({ file, text }: Evidence, content: string): number | undefined {
  const at = file.endsWith('.test.ts') ? indexOfTitle(text, content) : content.indexOf(text)
  return at === -1 ? undefined : content.slice(0, at).split('\n').length
}

/**
 * A title stands where a test begins, or in a table that tests are made of. A `…` in it stands for what a template puts in, and for
 * what is around that.
 */
function indexOfTitle(title: string, content: string): number {
  const written = title.split('…').map(escaped).join('[^`\\n]*\\$\\{[^`\\n]*')
  const quoted = `(?:'${written}'|"${written}"|\`${written}\`)`
  const ofTest = content.search(new RegExp(String.raw`\btest\(\s*${quoted}`))
  if (ofTest !== -1) return ofTest
  const makesTestsOfTables = /\btest\(\s*(?:\w+,|`[^`]*\$\{)/.test(content)
  return makesTestsOfTables ? content.search(new RegExp(quoted)) : -1
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
