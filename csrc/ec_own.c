/*
** Our own files; see ec_own.h.
*/
#include "ec_own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory that is only named, which needs no permission to list it. */
#ifdef O_PATH
#define NAME_ONLY O_PATH
#else
#define NAME_ONLY O_RDONLY
#endif

static const ec_refusal is_symlink = {
    "symlink", "is a symbolic link; name the file it points to, or remove it"};
static const ec_refusal is_foreign = {
    "foreign", "belongs to another user; copy it, or use another name"};
static const ec_refusal is_linked = {
    "linked", "has a second name (a hard link); copy it, or use another name"};
static const ec_refusal is_special = {
    "special", "is not a regular file; use another name"};
static const ec_refusal is_foreign_path = {
    "foreign", "is in a directory that another user's symbolic link leads to; "
               "use another directory"};

int ec_open_at(int directory, const char *path, int flags) {
  int fd;
  do {
    fd = openat(directory, path, flags | O_CLOEXEC, EC_PRIVATE);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

/* Opens a directory.  A symbolic link to it is followed if it is our own or
** the system's. */
static int open_directory(const char *name, const ec_refusal **why) {
  struct stat about;
  int fd = ec_open_at(AT_FDCWD, name, NAME_ONLY | O_DIRECTORY | O_NOFOLLOW);
  if (fd >= 0 || (errno != ELOOP && errno != ENOTDIR))
    return fd;
  if (lstat(name, &about) == 0 && S_ISLNK(about.st_mode) &&
      about.st_uid != geteuid() && about.st_uid != 0) {
    *why = &is_foreign_path;
    return -1;
  }
  return ec_open_at(AT_FDCWD, name, NAME_ONLY | O_DIRECTORY);
}

/* NULL if a file is one of our own.  `changes`: it is opened for writing, so
** that a second name could be anybody's. */
static const ec_refusal *objection(const struct stat *about, int changes) {
  if (S_ISLNK(about->st_mode))
    return &is_symlink;
  if (!S_ISREG(about->st_mode))
    return &is_special;
  if (about->st_uid != geteuid())
    return &is_foreign;
  return changes && about->st_nlink > 1 ? &is_linked : NULL;
}

/* Checks an open file and makes it private; results as for ec_open_own. */
static int check_open(int fd, int changes, const ec_refusal **why) {
  struct stat about;
  if (fstat(fd, &about) < 0)
    return -1;
  *why = objection(&about, changes);
  if (*why != NULL)
    return -1;
  /* A file on a read-only file system can still be read. */
  if ((about.st_mode & 07777) != EC_PRIVATE && fchmod(fd, EC_PRIVATE) < 0 &&
      changes)
    return -1;
  return 0;
}

int ec_open_own(const char *directory, const char *path, int flags,
                const ec_refusal **why) {
  const char *slash = strrchr(path, '/');
  int parent = open_directory(directory, why);
  int fd, error;
  if (parent < 0)
    return -1;
  /* O_NONBLOCK: a FIFO must be refused, not waited for */
  fd = ec_open_at(parent, slash != NULL ? slash + 1 : path,
                  flags | O_NOFOLLOW | O_NONBLOCK);
  error = errno;
  close(parent);
  if (fd < 0 && error == ELOOP)
    *why = &is_symlink;
  if (fd >= 0 && check_open(fd, flags != O_RDONLY, why) < 0) {
    error = errno;
    close(fd);
    fd = -1;
  }
  errno = error;
  return fd;
}

int ec_check_own(const char *path, const ec_refusal **why) {
  struct stat about;
  if (lstat(path, &about) < 0)
    return errno == ENOENT ? 0 : -1;
  *why = objection(&about, 0);
  return *why != NULL ? -1 : 0;
}
