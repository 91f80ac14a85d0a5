#include <crmkit.h>

int main(void) { return 0; }
