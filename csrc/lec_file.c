/*
** extcontacts.core.file: files for journals and shared state, with features
** that Lua's io lacks: private permissions, complete writes, fsync, locks, a
** durable rename.  A failure is nil, "PATH: reason", code, where the code is
** errno's name.
*/
#include "lec_file.h"

#include "lec_lines.h"
#include "lec_open.h"

#include "ec_own.h"
#include "ec_sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_TYPE "extcontacts.file"
#define DIRECTORY_TYPE "extcontacts.directory"
#define PRIVATE_DIRECTORY 0700

/* Plans may exceed 2 GiB; on 32-bit systems this takes -D_FILE_OFFSET_BITS=64.
 */
typedef char large_files[sizeof(off_t) >= 8 ? 1 : -1];

/* Owns the descriptor, and the path for error messages. */
typedef struct lec_file {
  int fd; /* -1: closed */
  char path[];
} lec_file;

typedef struct named {
  const char *name;
  int value;
} named;

static const named codes[] = {
    {"EACCES", EACCES}, {"EDQUOT", EDQUOT}, {"EEXIST", EEXIST},
    {"EFBIG", EFBIG},   {"EINTR", EINTR},   {"EIO", EIO},
    {"EISDIR", EISDIR}, {"ELOOP", ELOOP},   {"EMFILE", EMFILE},
    {"ENOENT", ENOENT}, {"ENOSPC", ENOSPC}, {"ENOTDIR", ENOTDIR},
    {"EPERM", EPERM},   {"EROFS", EROFS},   {"EBADF", EBADF},
    {"EINVAL", EINVAL}, {"EPIPE", EPIPE},   {NULL, 0},
};

/* The modes of file.open.  `is_own`: the file has personal data or secrets, so
** it must be a regular file of this user, named directly. */
typedef struct file_mode {
  const char *name;
  int flags;
  int is_own;
} file_mode;

static const file_mode modes[] = {
    {"read", O_RDONLY, 0},
    {"own", O_RDONLY, 1},
    {"append", O_RDWR | O_CREAT | O_APPEND, 1},
    {"update", O_RDWR | O_CREAT, 1},
    {"change", O_RDWR, 1},
    {"new", O_RDWR | O_CREAT | O_EXCL, 1},
    {NULL, 0, 0},
};

/* [-0, +3]  nil, "path: reason", code */
static int failure(lua_State *L, const char *path, int error) {
  const named *row = codes;
  while (row->name != NULL && row->value != error)
    row++;
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", path, strerror(error));
  if (row->name != NULL)
    lua_pushstring(L, row->name);
  else
    lua_pushfstring(L, "E%d", error);
  return 3;
}

/* [-0, +3]  nil, "path: text", code */
static int refuse(lua_State *L, const char *path, const ec_refusal *why) {
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", path, why->text);
  lua_pushstring(L, why->code);
  return 3;
}

/* [-0, +1 or +3]  true, or the failure if `result` is negative; `error` is the
** errno, saved at once */
static int outcome(lua_State *L, const char *path, int result, int error) {
  if (result < 0)
    return failure(L, path, error);
  lua_pushboolean(L, 1);
  return 1;
}

static lec_file *check_open_at(lua_State *L, int index) {
  lec_file *file = luaL_checkudata(L, index, FILE_TYPE);
  if (file->fd < 0)
    luaL_error(L, "the file is closed");
  return file;
}

static lec_file *check_open(lua_State *L) {
  return check_open_at(L, 1);
}

int lec_file_descriptor(lua_State *L, int index) {
  return check_open_at(L, index)->fd;
}

/* [-0, +1]  the name of the directory of `path` */
static const char *push_directory(lua_State *L, const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL)
    lua_pushliteral(L, ".");
  else
    lua_pushlstring(L, path, slash > path ? (size_t)(slash - path) : 1);
  return lua_tostring(L, -1);
}

/* file.open(path, "read" | "own" | "append" | "update" | "change" | "new") ->
** file */
static int file_open(lua_State *L) {
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  const char *wanted = luaL_checkstring(L, 2);
  const file_mode *mode = modes;
  const ec_refusal *why = NULL;
  const char *directory;
  lec_file *file;
  int error;
  luaL_argcheck(L, strlen(path) == length, 1, "a path must not contain a NUL");
  while (mode->name != NULL && strcmp(mode->name, wanted) != 0)
    mode++;
  luaL_argcheck(L, mode->name != NULL, 2,
                "must be 'read', 'own', 'append', 'update', 'change' or 'new'");
  directory = push_directory(L, path);
  file = lua_newuserdata(L, sizeof *file + length + 1);
  file->fd = -1;
  memcpy(file->path, path, length + 1);
  luaL_getmetatable(L, FILE_TYPE);
  /* path, mode, directory, file: closed, but it has a __gc */
  lua_setmetatable(L, -2);
  if (mode->is_own)
    file->fd = ec_open_own(directory, path, mode->flags, &why);
  else
    file->fd = ec_open_at(AT_FDCWD, path, mode->flags);
  error = errno;
  if (why != NULL)
    return refuse(L, path, why);
  return file->fd < 0 ? failure(L, path, error) : 1;
}

/* file.check_own(path) -> true if it is missing or one of our own files */
static int file_check_own(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  const ec_refusal *why = NULL;
  int result = ec_check_own(path, &why);
  return why != NULL ? refuse(L, path, why) : outcome(L, path, result, errno);
}

/* Writes all of it, at the offset if that is not negative; -1 with errno
** otherwise.  Waits for a stream that does not block. */
static int write_all(int fd, const char *at, size_t left, off_t offset) {
  struct pollfd writable = {0, POLLOUT, 0};
  writable.fd = fd;
  while (left > 0) {
    ssize_t count =
        offset < 0 ? write(fd, at, left) : pwrite(fd, at, left, offset);
    if (count < 0 && errno == EAGAIN)
      count = poll(&writable, 1, -1) < 0 ? -1 : 0;
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return -1;
    at += count;
    offset += offset < 0 ? 0 : count;
    left -= (size_t)count;
  }
  return 0;
}

/* file:write(text [, offset]): all of the text or of the lines, at the offset
** or else at the file's position, or a failure that may leave a part of it */
static int file_write(lua_State *L) {
  lec_file *file = check_open(L);
  size_t length;
  const char *text = lec_check_bytes(L, 2, &length);
  lua_Number offset = luaL_optnumber(L, 3, -1);
  int result;
  luaL_argcheck(
      L, lua_isnoneornil(L, 3) || (offset >= 0 && offset <= EC_MAX_EXACT), 3,
      "must not be negative");
  result = write_all(file->fd, text, length, (off_t)offset);
  return outcome(L, file->path, result, errno);
}

/* file:read(count [, offset]) -> at most `count` bytes from there; "" at the
** end */
static int file_read(lua_State *L) {
  lec_file *file = check_open(L);
  lua_Number count = luaL_checknumber(L, 2);
  lua_Number offset = luaL_optnumber(L, 3, 0);
  char *room;
  ssize_t got;
  luaL_argcheck(L, count >= 0 && count <= 0x1000000, 2,
                "must be from 0 to 16 MiB");
  luaL_argcheck(L, offset >= 0 && offset <= EC_MAX_EXACT, 3,
                "must not be negative");
  /* a userdata, so that an error while pushing the string cannot leak it */
  room = lua_newuserdata(L, count > 0 ? (size_t)count : 1);
  do {
    got = pread(file->fd, room, (size_t)count, (off_t)offset);
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    return failure(L, file->path, errno);
  lua_pushlstring(L, room, (size_t)got);
  return 1;
}

/* file:sha256() -> 64 hexadecimal digits of the whole file.  No block of it
** becomes a Lua string: LuaJIT's collector falls behind large strings. */
static int file_sha256(lua_State *L) {
  lec_file *file = check_open(L);
  char block[16384], digits[EC_SHA256_HEX];
  ec_sha256 h;
  off_t offset = 0;
  ssize_t got;
  ec_sha256_init(&h);
  do {
    do {
      got = pread(file->fd, block, sizeof block, offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
      return failure(L, file->path, errno);
    ec_sha256_add(&h, block, (size_t)got);
    offset += got;
  } while (got > 0);
  ec_sha256_end(&h, digits);
  lua_pushlstring(L, digits, sizeof digits);
  return 1;
}

/* file:size() -> bytes */
static int file_size(lua_State *L) {
  lec_file *file = check_open(L);
  struct stat about;
  if (fstat(file->fd, &about) < 0)
    return failure(L, file->path, errno);
  lua_pushinteger(L, (lua_Integer)about.st_size);
  return 1;
}

/* file:modified() -> UTC seconds since 1970 of the last write */
static int file_modified(lua_State *L) {
  lec_file *file = check_open(L);
  struct stat about;
  if (fstat(file->fd, &about) < 0)
    return failure(L, file->path, errno);
  lua_pushnumber(L, (lua_Number)about.st_mtime);
  return 1;
}

/* file:inode() -> the file's number in its file system, as a text, since it may
** need 64 bits.  A renamed file keeps it; a copy has another one. */
static int file_inode(lua_State *L) {
  lec_file *file = check_open(L);
  struct stat about;
  char digits[24];
  if (fstat(file->fd, &about) < 0)
    return failure(L, file->path, errno);
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)about.st_ino);
  lua_pushstring(L, digits);
  return 1;
}

/* file:truncate(bytes); a file not opened for appending is then written from
** its new end */
static int file_truncate(lua_State *L) {
  lec_file *file = check_open(L);
  lua_Number size = luaL_checknumber(L, 2);
  int result;
  luaL_argcheck(L, size >= 0 && size <= EC_MAX_EXACT, 2,
                "must not be negative");
  do {
    result = ftruncate(file->fd, (off_t)size);
  } while (result < 0 && errno == EINTR);
  if (result == 0 && lseek(file->fd, (off_t)size, SEEK_SET) < 0)
    result = -1;
  return outcome(L, file->path, result, errno);
}

/* file:sync(): what was written survives a power failure */
static int file_sync(lua_State *L) {
  lec_file *file = check_open(L);
  int result;
  do {
    result = fdatasync(file->fd);
  } while (result < 0 && errno == EINTR);
  return outcome(L, file->path, result, errno);
}

/* file:lock([wait]) -> true, or false if another open file has the lock.  It
** lasts until the file is closed or the process ends.  With `wait` it waits for
** the lock; a signal ends the wait with EINTR. */
static int file_lock(lua_State *L) {
  lec_file *file = check_open(L);
  int how = lua_toboolean(L, 2) ? LOCK_EX : LOCK_EX | LOCK_NB;
  if (flock(file->fd, how) == 0) {
    lua_pushboolean(L, 1);
    return 1;
  }
  if (errno != EWOULDBLOCK)
    return failure(L, file->path, errno);
  lua_pushboolean(L, 0);
  return 1;
}

/* file:close(): closing twice does nothing */
static int file_close(lua_State *L) {
  lec_file *file = luaL_checkudata(L, 1, FILE_TYPE);
  int fd = file->fd;
  int result = 0;
  file->fd = -1;
  if (fd >= 0)
    result = close(fd);
  return outcome(L, file->path, result, errno);
}

static int file_gc(lua_State *L) {
  lec_file *file = luaL_checkudata(L, 1, FILE_TYPE);
  if (file->fd >= 0)
    close(file->fd);
  file->fd = -1;
  return 0;
}

/* Makes the entries of the directory of `path` durable; fsync of a file only
** covers its bytes.  [-0, +1] */
static int sync_directory(lua_State *L, const char *path) {
  const char *directory = push_directory(L, path);
  int result, error;
  int fd = ec_open_at(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  if (fd < 0)
    return -1;
  result = fsync(fd);
  error = errno;
  close(fd);
  errno = error;
  /* EINVAL: the file system has nothing to sync */
  return result < 0 && error != EINVAL ? -1 : 0;
}

/* file.rename(from, to): replaces `to` atomically and durably */
static int file_rename(lua_State *L) {
  const char *from = luaL_checkstring(L, 1);
  const char *to = luaL_checkstring(L, 2);
  int result = rename(from, to);
  if (result == 0)
    result = sync_directory(L, to);
  return outcome(L, to, result, errno);
}

/* file.make_directory(path): true, also if it exists; a new one is private to
** its owner */
static int file_make_directory(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  int result = mkdir(path, PRIVATE_DIRECTORY);
  int error = errno;
  struct stat status;
  if (result < 0 && stat(path, &status) == 0) {
    result = S_ISDIR(status.st_mode) ? 0 : -1;
    error = ENOTDIR;
  }
  return outcome(L, path, result, error);
}

static int directory_gc(lua_State *L) {
  DIR **directory = luaL_checkudata(L, 1, DIRECTORY_TYPE);
  if (*directory != NULL)
    closedir(*directory);
  *directory = NULL;
  return 0;
}

/* file.list(path) -> the names in a directory, in no order */
static int file_list(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  DIR **directory = lua_newuserdata(L, sizeof *directory);
  const struct dirent *entry;
  int count = 0;
  *directory = NULL;
  luaL_getmetatable(L, DIRECTORY_TYPE);
  lua_setmetatable(L, -2); /* path, directory: owns what opendir returns */
  *directory = opendir(path);
  if (*directory == NULL)
    return failure(L, path, errno);
  lua_newtable(L);
  errno = 0;
  while ((entry = readdir(*directory)) != NULL) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      lua_pushstring(L, entry->d_name);
      lua_rawseti(L, -2, ++count);
    }
    errno = 0;
  }
  if (errno != 0)
    return failure(L, path, errno);
  closedir(*directory);
  *directory = NULL;
  return 1;
}

/* file.real_path(path) -> the absolute path of what exists there, without
** links */
static int file_real_path(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  char found[PATH_MAX];
  if (realpath(path, found) == NULL)
    return failure(L, path, errno);
  lua_pushstring(L, found);
  return 1;
}

/* file.sync_directory(path): makes the existence of this file durable */
static int file_sync_directory(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  int result = sync_directory(L, path);
  return outcome(L, path, result, errno);
}

/* file.write_output(text): writes all of the text or of the lines on standard
** output */
static int file_write_output(lua_State *L) {
  size_t length;
  const char *text = lec_check_bytes(L, 1, &length);
  int result = write_all(STDOUT_FILENO, text, length, -1);
  return outcome(L, "standard output", result, errno);
}

/* file.is_terminal(descriptor) -> boolean */
static int file_is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* file.terminal_columns(descriptor) -> integer, or nil if it is unknown */
static int file_terminal_columns(lua_State *L) {
  struct winsize size;
  int fd = (int)luaL_checkinteger(L, 1);
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    lua_pushinteger(L, size.ws_col);
  else
    lua_pushnil(L);
  return 1;
}

int lec_open_file(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"write", file_write},
      {"read", file_read},
      {"size", file_size},
      {"modified", file_modified},
      {"inode", file_inode},
      {"sha256", file_sha256},
      {"truncate", file_truncate},
      {"sync", file_sync},
      {"lock", file_lock},
      {"close", file_close},
      {NULL, NULL},
  };
  static const luaL_Reg meta[] = {
      {"__gc", file_gc}, {"__close", file_gc}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"open", file_open},
      {"check_own", file_check_own},
      {"rename", file_rename},
      {"sync_directory", file_sync_directory},
      {"make_directory", file_make_directory},
      {"list", file_list},
      {"real_path", file_real_path},
      {"write_output", file_write_output},
      {"is_terminal", file_is_terminal},
      {"terminal_columns", file_terminal_columns},
      {NULL, NULL},
  };
  static const luaL_Reg no_methods[] = {{NULL, NULL}};
  static const luaL_Reg directory_meta[] = {{"__gc", directory_gc},
                                            {NULL, NULL}};
  lec_newtype(L, FILE_TYPE, methods, meta);
  lec_newtype(L, DIRECTORY_TYPE, no_methods, directory_meta);
  luaL_newlib(L, functions);
  return 1;
}
