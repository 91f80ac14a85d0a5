/* What makes a loaded library a copy of SQLite in the eyes of whoever looks for one. */
int sqlite3_open_v2(const char* name, void** connection, int flags, const char* vfs);

int sqlite3_open_v2(const char* name, void** connection, int flags, const char* vfs) {
    (void)name;
    (void)connection;
    (void)vfs;
    return flags == 0;
}
