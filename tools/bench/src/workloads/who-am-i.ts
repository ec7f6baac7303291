/** The path of the route that answers with a part of its caller's token. */
export const WHO_AM_I = '/who-am-i'
