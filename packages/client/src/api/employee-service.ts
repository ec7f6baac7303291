// Made from docs/openapi by `npm run openapi`; do not edit.

export interface paths {
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This OpenAPI description */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process runs */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            status: "ok";
                        };
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The service can work */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            status: "ok" | "degraded" | "unavailable";
                        };
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            status: "ok" | "degraded" | "unavailable";
                        };
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the caller's own record
         * @description Needs `profile`, which every user has. The record is the one whose `userId` is the caller; 404 is `no_linked_employee`. A service client gets 403 `user_required`.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /**
                     * @description Answer 304 if this is still the version
                     * @example "1"
                     */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The employee */
                200: {
                    headers: {
                        /** @description For If-None-Match at this address; If-Match takes the one of /employees/{id} */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            firstName: string;
                            lastName: string;
                            email: string;
                            department: string | null;
                            jobTitle: string | null;
                            /** @description Another employee; becomes null when that one is deleted */
                            managerId: string | null;
                            /** @description A date like 2024-02-29 */
                            hiredOn: string | null;
                            /** @enum {unknown} */
                            status: "active" | "on_leave" | "terminated";
                            /** @description The linked account */
                            userId: string | null;
                            /** @description Rises with every change; the entity tag is made of it */
                            version: number;
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            updatedAt: string;
                        };
                    };
                };
                /** @description Still the version that If-None-Match names */
                304: {
                    headers: {
                        /** @description For If-None-Match at this address; If-Match takes the one of /employees/{id} */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List employees, page by page
         * @description Needs `employees:read`. Pages neither skip nor repeat an employee when others are added in between. A `query` is a search; a caller with too many searches in progress gets 429.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Words that must all be part of the name, the e-mail or the job title; case and accents make no difference */
                    query?: string;
                    /** @description Exactly this department */
                    department?: string;
                    status?: "active" | "on_leave" | "terminated";
                    /** @description Those whom this employee manages */
                    managerId?: string;
                    /** @description `-` in front is descending; employees without a hiring date come last either way */
                    sort?: "lastName" | "-lastName" | "hiredOn" | "-hiredOn" | "createdAt" | "-createdAt";
                    /** @description Items on a page */
                    limit?: number;
                    /** @description `nextCursor` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                /** Format: uuid */
                                id: string;
                                firstName: string;
                                lastName: string;
                                email: string;
                                department: string | null;
                                jobTitle: string | null;
                                /** @description Another employee; becomes null when that one is deleted */
                                managerId: string | null;
                                /** @description A date like 2024-02-29 */
                                hiredOn: string | null;
                                /** @enum {unknown} */
                                status: "active" | "on_leave" | "terminated";
                                /** @description The linked account */
                                userId: string | null;
                                /** @description Rises with every change; the entity tag is made of it */
                                version: number;
                                /** Format: date-time */
                                createdAt: string;
                                /** Format: date-time */
                                updatedAt: string;
                            }[];
                            nextCursor: string | null;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too many attempts; see Retry-After and RateLimit */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Add an employee
         * @description Needs `employees:write`. With an Idempotency-Key the call may be repeated for a day, also in parallel: the answer is the same and there is one employee; with another body it is 422 `idempotency_key_reused`. A refused call leaves the key free. A `userId` needs `employees:link` too. 409 is `email_taken`, `user_linked` or `use_termination`.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /**
                     * @description A key of your own, a new one for each employee. The call may then be repeated
                     * @example "8e03978e-40d5-43e8-bc93-6894a57f9324"
                     */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        firstName: string;
                        lastName: string;
                        /** Format: email */
                        email: string;
                        department?: string | null;
                        jobTitle?: string | null;
                        /**
                         * Format: uuid
                         * @description Another employee
                         */
                        managerId?: string | null;
                        /** Format: date */
                        hiredOn?: string | null;
                        /**
                         * @description `terminated` is set by POST /employees/{id}/termination; writing it is 409 `use_termination`
                         * @enum {unknown}
                         */
                        status?: "active" | "on_leave" | "terminated";
                        /**
                         * Format: uuid
                         * @description The linked account. `employees:link` alone sets, changes or removes it; left out, it stays
                         */
                        userId?: string | null;
                    };
                };
            };
            responses: {
                /** @description The employee */
                201: {
                    headers: {
                        /** @description The version, as If-Match takes it */
                        ETag?: string;
                        /** @description Where the employee is */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            firstName: string;
                            lastName: string;
                            email: string;
                            department: string | null;
                            jobTitle: string | null;
                            /** @description Another employee; becomes null when that one is deleted */
                            managerId: string | null;
                            /** @description A date like 2024-02-29 */
                            hiredOn: string | null;
                            /** @enum {unknown} */
                            status: "active" | "on_leave" | "terminated";
                            /** @description The linked account */
                            userId: string | null;
                            /** @description Rises with every change; the entity tag is made of it */
                            version: number;
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            updatedAt: string;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Conflicts with the current state */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Unsupported media type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Well-formed, but it contradicts an earlier request */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an employee
         * @description Needs `employees:read`.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /**
                     * @description Answer 304 if this is still the version
                     * @example "1"
                     */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The employee */
                200: {
                    headers: {
                        /** @description The version, as If-Match takes it */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            firstName: string;
                            lastName: string;
                            email: string;
                            department: string | null;
                            jobTitle: string | null;
                            /** @description Another employee; becomes null when that one is deleted */
                            managerId: string | null;
                            /** @description A date like 2024-02-29 */
                            hiredOn: string | null;
                            /** @enum {unknown} */
                            status: "active" | "on_leave" | "terminated";
                            /** @description The linked account */
                            userId: string | null;
                            /** @description Rises with every change; the entity tag is made of it */
                            version: number;
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            updatedAt: string;
                        };
                    };
                };
                /** @description Still the version that If-None-Match names */
                304: {
                    headers: {
                        /** @description The version, as If-Match takes it */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Replace an employee
         * @description Needs `employees:write`. Optional members left out become null; a `status` and a `userId` left out stay as they are. `employees:link` alone sets, changes or removes `userId`. The answer of GET may be sent back as it is: `id`, `version`, `createdAt` and `updatedAt` must have the values that were read. 409 is `email_taken`, `user_linked`, `manager_loop` or `use_termination`, 412 `version_conflict`.
         */
        put: {
            parameters: {
                query?: never;
                header?: {
                    /**
                     * @description Write only if this is the version, else 412; without it the last write wins
                     * @example "1"
                     */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        firstName: string;
                        lastName: string;
                        /** Format: email */
                        email: string;
                        department?: string | null;
                        jobTitle?: string | null;
                        /**
                         * Format: uuid
                         * @description Another employee
                         */
                        managerId?: string | null;
                        /** Format: date */
                        hiredOn?: string | null;
                        /**
                         * @description `terminated` is set by POST /employees/{id}/termination; writing it is 409 `use_termination`
                         * @enum {unknown}
                         */
                        status?: "active" | "on_leave" | "terminated";
                        /**
                         * Format: uuid
                         * @description The linked account. `employees:link` alone sets, changes or removes it; left out, it stays
                         */
                        userId?: string | null;
                        /**
                         * Format: uuid
                         * @description The value that GET returned; any other is refused
                         */
                        id?: string;
                        /** @description The value that GET returned; any other is refused, an earlier one as 412 `version_conflict` */
                        version?: number;
                        /**
                         * Format: date-time
                         * @description The value that GET returned; any other is refused
                         */
                        createdAt?: string;
                        /**
                         * Format: date-time
                         * @description The value that GET returned; any other is refused
                         */
                        updatedAt?: string;
                    };
                };
            };
            responses: {
                /** @description The employee */
                200: {
                    headers: {
                        /** @description The version, as If-Match takes it */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            firstName: string;
                            lastName: string;
                            email: string;
                            department: string | null;
                            jobTitle: string | null;
                            /** @description Another employee; becomes null when that one is deleted */
                            managerId: string | null;
                            /** @description A date like 2024-02-29 */
                            hiredOn: string | null;
                            /** @enum {unknown} */
                            status: "active" | "on_leave" | "terminated";
                            /** @description The linked account */
                            userId: string | null;
                            /** @description Rises with every change; the entity tag is made of it */
                            version: number;
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            updatedAt: string;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Conflicts with the current state */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The version given in If-Match is not the current one */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Unsupported media type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Delete an employee
         * @description Needs `employees:write`. Those whom the employee managed are left without a manager. A linked account is offboarded as by a termination. 412 is `version_conflict`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /**
                     * @description Write only if this is the version, else 412; without it the last write wins
                     * @example "1"
                     */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The version given in If-Match is not the current one */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change an employee
         * @description Needs `employees:write`. A JSON merge patch (RFC 7396): null empties an optional member, one left out stays. `employees:link` alone sets, changes or removes `userId`. `id`, `version`, `createdAt` and `updatedAt` may be sent with the values that were read. 409 is `email_taken`, `user_linked`, `manager_loop` or `use_termination`, 412 `version_conflict`.
         */
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /**
                     * @description Write only if this is the version, else 412; without it the last write wins
                     * @example "1"
                     */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/merge-patch+json": {
                        firstName?: string;
                        lastName?: string;
                        /** Format: email */
                        email?: string;
                        department?: string | null;
                        jobTitle?: string | null;
                        /**
                         * Format: uuid
                         * @description Another employee
                         */
                        managerId?: string | null;
                        /** Format: date */
                        hiredOn?: string | null;
                        /**
                         * @description `terminated` is set by POST /employees/{id}/termination; writing it is 409 `use_termination`
                         * @enum {unknown}
                         */
                        status?: "active" | "on_leave" | "terminated";
                        /**
                         * Format: uuid
                         * @description The linked account. `employees:link` alone sets, changes or removes it; left out, it stays
                         */
                        userId?: string | null;
                        /**
                         * Format: uuid
                         * @description The value that GET returned; any other is refused
                         */
                        id?: string;
                        /** @description The value that GET returned; any other is refused, an earlier one as 412 `version_conflict` */
                        version?: number;
                        /**
                         * Format: date-time
                         * @description The value that GET returned; any other is refused
                         */
                        createdAt?: string;
                        /**
                         * Format: date-time
                         * @description The value that GET returned; any other is refused
                         */
                        updatedAt?: string;
                    };
                    "application/json": {
                        firstName?: string;
                        lastName?: string;
                        /** Format: email */
                        email?: string;
                        department?: string | null;
                        jobTitle?: string | null;
                        /**
                         * Format: uuid
                         * @description Another employee
                         */
                        managerId?: string | null;
                        /** Format: date */
                        hiredOn?: string | null;
                        /**
                         * @description `terminated` is set by POST /employees/{id}/termination; writing it is 409 `use_termination`
                         * @enum {unknown}
                         */
                        status?: "active" | "on_leave" | "terminated";
                        /**
                         * Format: uuid
                         * @description The linked account. `employees:link` alone sets, changes or removes it; left out, it stays
                         */
                        userId?: string | null;
                        /**
                         * Format: uuid
                         * @description The value that GET returned; any other is refused
                         */
                        id?: string;
                        /** @description The value that GET returned; any other is refused, an earlier one as 412 `version_conflict` */
                        version?: number;
                        /**
                         * Format: date-time
                         * @description The value that GET returned; any other is refused
                         */
                        createdAt?: string;
                        /**
                         * Format: date-time
                         * @description The value that GET returned; any other is refused
                         */
                        updatedAt?: string;
                    };
                };
            };
            responses: {
                /** @description The employee */
                200: {
                    headers: {
                        /** @description The version, as If-Match takes it */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: uuid */
                            id: string;
                            firstName: string;
                            lastName: string;
                            email: string;
                            department: string | null;
                            jobTitle: string | null;
                            /** @description Another employee; becomes null when that one is deleted */
                            managerId: string | null;
                            /** @description A date like 2024-02-29 */
                            hiredOn: string | null;
                            /** @enum {unknown} */
                            status: "active" | "on_leave" | "terminated";
                            /** @description The linked account */
                            userId: string | null;
                            /** @description Rises with every change; the entity tag is made of it */
                            version: number;
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            updatedAt: string;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Conflicts with the current state */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The version given in If-Match is not the current one */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Unsupported media type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/employees/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what on an employee, and when
         * @description Needs `employees:write`. The newest change comes first. The history stays when the employee is deleted.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Items on a page */
                    limit?: number;
                    /** @description `nextCursor` of the page before */
                    cursor?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                /** @description Rises with time */
                                id: string;
                                /** Format: uuid */
                                employeeId: string;
                                /** @description The version after the change; of a deletion, the last one */
                                version: number;
                                /** @enum {unknown} */
                                action: "created" | "updated" | "terminated" | "deleted";
                                /** Format: date-time */
                                at: string;
                                /** @description null: the change was made at the database itself */
                                actor: {
                                    /** @enum {unknown} */
                                    kind: "user" | "client";
                                    /** @description `sub` of the access token */
                                    id: string;
                                } | null;
                                /** @description X-Request-Id of the request, as it is in the logs */
                                requestId: string | null;
                                changes: {
                                    field: string;
                                    from: string | null;
                                    to: string | null;
                                }[];
                            }[];
                            nextCursor: string | null;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export employees as CSV
         * @description Needs `employees:write`. Filtered and sorted as the list, all of them in one file, as they are at one moment. A cell that a spreadsheet could take for a formula has an apostrophe in front; the import removes it again. A caller has one export at a time; a second one is 429. A client that reads too slowly is disconnected.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Words that must all be part of the name, the e-mail or the job title; case and accents make no difference */
                    query?: string;
                    /** @description Exactly this department */
                    department?: string;
                    status?: "active" | "on_leave" | "terminated";
                    /** @description Those whom this employee manages */
                    managerId?: string;
                    /** @description `-` in front is descending; employees without a hiring date come last either way */
                    sort?: "lastName" | "-lastName" | "hiredOn" | "-hiredOn" | "createdAt" | "-createdAt";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description In UTF-8: one line of column names, then one for each employee */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": unknown;
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too many attempts; see Retry-After and RateLimit */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import employees from CSV
         * @description Needs `employees:write`. Adds one employee for each row: all of them, or none. Columns have the names of the fields, in any order and case: `firstName`, `lastName` and `email` are required. An `id` is kept, so that rows can name each other in `managerId`; `version`, `createdAt` and `updatedAt` are skipped. A row with a `userId` needs `employees:link` too, else the call is 403. 400 lists every bad row with its `line`, `column` and `message`. A caller has one import at a time; a second one is 429.
         */
        post: {
            parameters: {
                query?: {
                    /** @description Check everything and keep nothing */
                    dryRun?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "text/csv": unknown;
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Employees added; with `dryRun` those that would be */
                            imported: number;
                            dryRun: boolean;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request took too long to arrive */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Unsupported media type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too many attempts; see Retry-After and RateLimit */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/{id}/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what became of the invitation of an employee
         * @description Needs `employees:write`. An open invitation is checked at auth-service after the answer, so that the next one is fresh.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The onboarding */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description `none`: the employee was not invited, or the employee has left; `pending`: the account is about to be made, or a new link is about to be sent; `invited`: it waits for its owner; `accepted`: it is linked; `failed`: see `lastError`, and repeat the request
                             * @enum {unknown}
                             */
                            state: "none" | "pending" | "invited" | "accepted" | "failed";
                            /** @description The account that was made */
                            userId: string | null;
                            /** @description Why it failed, such as `account_exists`, or does not come on: `no_mail`, the reply of a mail server, `503 unavailable` */
                            lastError: string | null;
                            /**
                             * Format: date-time
                             * @description Until when the link works, while it is open
                             */
                            expiresAt: string | null;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Invite an employee
         * @description Needs `employees:write` and `users:invite`. auth-service makes an account with the role `staff` for the address of the employee, as soon as it can be reached, and it is linked once its owner has accepted. Repeating the call sends another link, or tries again what has failed. 409 is `terminated` or `already_linked`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description The onboarding */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description `none`: the employee was not invited, or the employee has left; `pending`: the account is about to be made, or a new link is about to be sent; `invited`: it waits for its owner; `accepted`: it is linked; `failed`: see `lastError`, and repeat the request
                             * @enum {unknown}
                             */
                            state: "none" | "pending" | "invited" | "accepted" | "failed";
                            /** @description The account that was made */
                            userId: string | null;
                            /** @description Why it failed, such as `account_exists`, or does not come on: `no_mail`, the reply of a mail server, `503 unavailable` */
                            lastError: string | null;
                            /**
                             * Format: date-time
                             * @description Until when the link works, while it is open
                             */
                            expiresAt: string | null;
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Conflicts with the current state */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Unsupported media type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/{id}/offboarding": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what became of the account of an employee who left
         * @description Needs `employees:write`. Also answered when the employee has been deleted.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The offboarding */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description `none`: no account was linked, the employee has not left, or the offboarding was withdrawn; `pending`: the account is about to be disabled; `done`: it is disabled; `failed`: auth-service refuses to disable it, so it goes on until an administrator acts
                             * @enum {unknown}
                             */
                            state: "none" | "pending" | "done" | "failed";
                            /** @description How many attempts have ended, with whatever result */
                            attempts: number;
                            /** @description Why the last attempt did not succeed, such as `409 last_admin` or `unreachable` */
                            lastError: string | null;
                            /** Format: date-time */
                            requestedAt: string | null;
                            /** Format: date-time */
                            completedAt: string | null;
                            /** @description Service clients that the account made, or knows a secret of, and which go on working; known once it is done */
                            clients: string[];
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Withdraw an offboarding that has failed
         * @description Needs `employees:link`. The account goes on, and the state is `none` from then on; employee and link stay as they are. 409 is `offboarding_not_failed`.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Withdrawn */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Conflicts with the current state */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/{id}/termination": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Terminate an employee
         * @description Needs `employees:write`. From now on this service refuses the linked account, and auth-service disables it as soon as it can be reached. Repeating the call changes nothing more.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Kept with the offboarding */
                        reason?: string;
                    };
                };
            };
            responses: {
                /** @description The employee is terminated */
                202: {
                    headers: {
                        /** @description The version, as If-Match takes it */
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            employee: {
                                /** Format: uuid */
                                id: string;
                                firstName: string;
                                lastName: string;
                                email: string;
                                department: string | null;
                                jobTitle: string | null;
                                /** @description Another employee; becomes null when that one is deleted */
                                managerId: string | null;
                                /** @description A date like 2024-02-29 */
                                hiredOn: string | null;
                                /** @enum {unknown} */
                                status: "active" | "on_leave" | "terminated";
                                /** @description The linked account */
                                userId: string | null;
                                /** @description Rises with every change; the entity tag is made of it */
                                version: number;
                                /** Format: date-time */
                                createdAt: string;
                                /** Format: date-time */
                                updatedAt: string;
                            };
                            offboarding: {
                                /**
                                 * @description `none`: no account was linked, the employee has not left, or the offboarding was withdrawn; `pending`: the account is about to be disabled; `done`: it is disabled; `failed`: auth-service refuses to disable it, so it goes on until an administrator acts
                                 * @enum {unknown}
                                 */
                                state: "none" | "pending" | "done" | "failed";
                            };
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Unsupported media type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/employees/{id}/offboarding/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry an offboarding that has failed
         * @description Needs `employees:write`. One that is pending continues as it is. The tokens of the account stay good until it is done. 409 is `offboarding_not_failed`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The offboarding is pending again */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /**
                             * @description `none`: no account was linked, the employee has not left, or the offboarding was withdrawn; `pending`: the account is about to be disabled; `done`: it is disabled; `failed`: auth-service refuses to disable it, so it goes on until an administrator acts
                             * @enum {unknown}
                             */
                            state: "none" | "pending" | "done" | "failed";
                            /** @description How many attempts have ended, with whatever result */
                            attempts: number;
                            /** @description Why the last attempt did not succeed, such as `409 last_admin` or `unreachable` */
                            lastError: string | null;
                            /** Format: date-time */
                            requestedAt: string | null;
                            /** Format: date-time */
                            completedAt: string | null;
                            /** @description Service clients that the account made, or knows a secret of, and which go on working; known once it is done */
                            clients: string[];
                        };
                    };
                };
                /** @description The input is invalid; see `errors` */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not signed in, or the token is invalid, expired or revoked */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Signed in, but not allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Conflicts with the current state */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A dependency is unavailable; see Retry-After */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The request was refused before it reached the operation; `code` says why */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /**
             * @description urn:latchkey:problem:<code>
             * @example urn:latchkey:problem:not_found
             */
            type: string;
            /** @description The same for every occurrence of this code */
            title: string;
            status: number;
            /** @description For people */
            detail: string;
            /**
             * @description Stable, for programs
             * @example not_found
             */
            code: string;
            /** @description Also in the X-Request-Id header and in the logs */
            requestId: string;
            errors?: {
                path: string;
                message: string;
            }[];
        } & {
            [key: string]: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
