/* The lines of payloads.txt, for C and C++. */
#ifndef CRMKIT_TESTS_SECURITY_PAYLOADS_H
#define CRMKIT_TESTS_SECURITY_PAYLOADS_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Turns a line, without what ends it, into the text that it stands for, where it is; returns how
 * long that is. */
static inline size_t unescape_payload(char* line) {
    char* to = line;
    for (const char* from = line; *from != '\0';) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        switch (from[1]) {
            case 'n':
                *to++ = '\n';
                break;
            case 'r':
                *to++ = '\r';
                break;
            case 't':
                *to++ = '\t';
                break;
            case 'x': {
                const char digits[3] = {from[2], from[3], '\0'};
                *to++ = (char)strtoul(digits, NULL, 16);
                from += 2;
                break;
            }
            default: /* a backslash */
                *to++ = from[1];
                break;
        }
        from += 2;
    }
    *to = '\0';
    return (size_t)(to - line);
}

#endif
