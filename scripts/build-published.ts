import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsdown'

type Manifest = { exports: Record<string, { 'latchkey-source': string }> }

/**
 * Builds a package that goes to npm: JavaScript and declarations for each of its `exports`, with the private packages of this
 * repository bundled in. Declarations come from each file by itself, so what is exported has its types written out.
 *
 * @param home the package's directory
 */
export async function buildPublished(home: string): Promise<void> {
  const { exports }: Manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
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
    deps: { onlyBundle: [/^@latchkey\//] },
    minify: false,
    treeshake: { moduleSideEffects: 'no-external' },
    inputOptions: {
      resolve: { conditionNames: ['latchkey-source', 'node', 'import', 'default'] },
      optimization: { inlineConst: false },
    },
    logLevel: 'warn',
    failOnWarn: true,
  })
}
