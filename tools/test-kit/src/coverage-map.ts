/** tap's `coverage-map`: whichever test runs, the coverage of these files counts. */
export default (): string[] => ['packages/*/src/**/*.ts', 'services/*/src/**/*.ts']
