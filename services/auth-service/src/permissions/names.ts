/** `word:word`; the one built-in name of a single word is `profile`. */
export const SCOPE_NAME =
  /^(?=.{1,40}$)(?:profile|[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*:[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*)$/

export const ROLE_NAME = /^(?=.{1,40}$)[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/
