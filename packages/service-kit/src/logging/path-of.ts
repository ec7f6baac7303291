const PATH_SHOWN = 200

/** The path of a request's address for the log, cut to a sane length. Query strings may hold secrets and stay out. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return (query === -1 ? url : url.slice(0, query)).slice(0, PATH_SHOWN)
}
