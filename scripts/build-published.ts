import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsdown'

/** Private packages that published ones have in them. By path: an image is built without their links. */
const bundled = { '@latchkey/problems': join(import.meta.dirname, '../packages/problems/src/index.ts') }

/** What pages load: every byte is on the way before they can do anything. */
const minified: readonly string[] = ['@latchkey/client']

type Manifest = { name: string; exports: Record<string, { 'latchkey-source': string }> }

/**
 * Builds a package that goes to npm: JavaScript and declarations for each of its `exports`. Declarations are made file by file,
 * so that the compiler wants the types of exports written out.
 *
 * @param home the package's directory
 */
export async function buildPublished(home: string): Promise<void> {
  const { name, exports }: Manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  const sources = Object.values(exports).map((entry) => entry['latchkey-source'])
  await build({
    cwd: home,
    config: false,
    entry: Object.fromEntries(sources.map((source) => [source.replace(/^\.\/src\/|\.ts$/g, ''), source])),
    format: 'esm',
    platform: 'node',
    dts: { generator: 'oxc' },
    fixedExtension: false,
    hash: false,
    alias: bundled,
    // Nothing of others.
    deps: { onlyBundle: [] },
    minify: minified.includes(name),
    treeshake: { moduleSideEffects: [{ external: true, sideEffects: false }] },
    inputOptions: { optimization: { inlineConst: false } },
    logLevel: 'warn',
    failOnWarn: true,
  })
}
