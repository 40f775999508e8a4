/*
** What holds from the moment the core is loaded; see ec_load.h.
*/
#include "ec_load.h"

#include "ec_curl_compat.h"

#include <dlfcn.h>
#include <stddef.h>

/* At run time, and not by a flag of the linker: those who build the core with
** flags of their own could miss it, and not every linker has one. */
void ec_load_pin(void) {
#if defined(RTLD_NODELETE) && defined(RTLD_NOLOAD)
  static const char here = 0;
  Dl_info object;
  if (dladdr(&here, &object) != 0 && object.dli_fname != NULL)
    /* the handle is never closed */
    (void)dlopen(object.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
#endif
}

const char *ec_load_old_libcurl(void) {
  const curl_version_info_data *found = curl_version_info(CURLVERSION_NOW);
  return found->version_num < EC_CURL_NEEDED ? found->version : NULL;
}
