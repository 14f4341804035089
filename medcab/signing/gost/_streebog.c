/*
 * GOST R 34.11-2012 "Streebog" (RFC 6986) with HMAC and PBKDF2, for medcab.
 *
 * Table-driven: substitution, transposition and the linear map are joined into eight tables of
 * 256 words that are computed when the module is loaded. Written against the limited API of
 * Python 3.11, so one wheel serves all later versions. Long updates release the GIL.
 * Like every table-driven implementation it is not constant-time with respect to the cache.
 */
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030b0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 64
#define RELEASE_FROM 4096

/* RFC 6986, section 6.2: the substitution pi. */
static const uint8_t PI[256] = {
    252, 238, 221, 17, 207, 110, 49, 22, 251, 196, 250, 218, 35, 197, 4, 77,
    233, 119, 240, 219, 147, 46, 153, 186, 23, 54, 241, 187, 20, 205, 95, 193,
    249, 24, 101, 90, 226, 92, 239, 33, 129, 28, 60, 66, 139, 1, 142, 79,
    5, 132, 2, 174, 227, 106, 143, 160, 6, 11, 237, 152, 127, 212, 211, 31,
    235, 52, 44, 81, 234, 200, 72, 171, 242, 42, 104, 162, 253, 58, 206, 204,
    181, 112, 14, 86, 8, 12, 118, 18, 191, 114, 19, 71, 156, 183, 93, 135,
    21, 161, 150, 41, 16, 123, 154, 199, 243, 145, 120, 111, 157, 158, 178, 177,
    50, 117, 25, 61, 255, 53, 138, 126, 109, 84, 198, 128, 195, 189, 13, 87,
    223, 245, 36, 169, 62, 168, 67, 201, 215, 121, 214, 246, 124, 34, 185, 3,
    224, 15, 236, 222, 122, 148, 176, 188, 220, 232, 40, 80, 78, 51, 10, 74,
    167, 151, 96, 115, 30, 0, 98, 68, 26, 184, 56, 130, 100, 159, 38, 65,
    173, 69, 70, 146, 39, 94, 85, 47, 140, 163, 165, 125, 105, 213, 149, 59,
    7, 88, 179, 64, 134, 172, 29, 247, 48, 55, 107, 228, 136, 217, 231, 137,
    225, 27, 131, 73, 76, 63, 248, 254, 141, 83, 170, 144, 202, 216, 133, 97,
    32, 113, 103, 164, 45, 43, 9, 91, 203, 155, 37, 208, 190, 229, 108, 82,
    89, 166, 116, 210, 230, 244, 180, 192, 209, 102, 175, 194, 57, 75, 99, 182
};

/* RFC 6986, section 6.4: rows of the matrix of the linear map l. */
static const uint64_t A[64] = {
    0x8e20faa72ba0b470ULL, 0x47107ddd9b505a38ULL, 0xad08b0e0c3282d1cULL, 0xd8045870ef14980eULL,
    0x6c022c38f90a4c07ULL, 0x3601161cf205268dULL, 0x1b8e0b0e798c13c8ULL, 0x83478b07b2468764ULL,
    0xa011d380818e8f40ULL, 0x5086e740ce47c920ULL, 0x2843fd2067adea10ULL, 0x14aff010bdd87508ULL,
    0x0ad97808d06cb404ULL, 0x05e23c0468365a02ULL, 0x8c711e02341b2d01ULL, 0x46b60f011a83988eULL,
    0x90dab52a387ae76fULL, 0x486dd4151c3dfdb9ULL, 0x24b86a840e90f0d2ULL, 0x125c354207487869ULL,
    0x092e94218d243cbaULL, 0x8a174a9ec8121e5dULL, 0x4585254f64090fa0ULL, 0xaccc9ca9328a8950ULL,
    0x9d4df05d5f661451ULL, 0xc0a878a0a1330aa6ULL, 0x60543c50de970553ULL, 0x302a1e286fc58ca7ULL,
    0x18150f14b9ec46ddULL, 0x0c84890ad27623e0ULL, 0x0642ca05693b9f70ULL, 0x0321658cba93c138ULL,
    0x86275df09ce8aaa8ULL, 0x439da0784e745554ULL, 0xafc0503c273aa42aULL, 0xd960281e9d1d5215ULL,
    0xe230140fc0802984ULL, 0x71180a8960409a42ULL, 0xb60c05ca30204d21ULL, 0x5b068c651810a89eULL,
    0x456c34887a3805b9ULL, 0xac361a443d1c8cd2ULL, 0x561b0d22900e4669ULL, 0x2b838811480723baULL,
    0x9bcf4486248d9f5dULL, 0xc3e9224312c8c1a0ULL, 0xeffa11af0964ee50ULL, 0xf97d86d98a327728ULL,
    0xe4fa2054a80b329cULL, 0x727d102a548b194eULL, 0x39b008152acb8227ULL, 0x9258048415eb419dULL,
    0x492c024284fbaec0ULL, 0xaa16012142f35760ULL, 0x550b8e9e21f7a530ULL, 0xa48b474f9ef5dc18ULL,
    0x70a6a56e2440598eULL, 0x3853dc371220a247ULL, 0x1ca76e95091051adULL, 0x0edd37c48a08a6d8ULL,
    0x07e095624504536cULL, 0x8d70c431ac02a736ULL, 0xc83862965601dd1bULL, 0x641c314b2b8ee083ULL
};

/* RFC 6986, section 6.5: iterated constants as little-endian words. */
static const uint64_t C[12][8] = {
    {0xdd806559f2a64507ULL, 0x05767436cc744d23ULL, 0xa2422a08a460d315ULL, 0x4b7ce09192676901ULL,
     0x714eb88d7585c4fcULL, 0x2f6a76432e45d016ULL, 0xebcb2f81c0657c1fULL, 0xb1085bda1ecadae9ULL},
    {0xe679047021b19bb7ULL, 0x55dda21bd7cbcd56ULL, 0x5cb561c2db0aa7caULL, 0x9ab5176b12d69958ULL,
     0x61d55e0f16b50131ULL, 0xf3feea720a232b98ULL, 0x4fe39d460f70b5d7ULL, 0x6fa3b58aa99d2f1aULL},
    {0x991e96f50aba0ab2ULL, 0xc2b6f443867adb31ULL, 0xc1c93a376062db09ULL, 0xd3e20fe490359eb1ULL,
     0xf2ea7514b1297b7bULL, 0x06f15e5f529c1f8bULL, 0x0a39fc286a3d8435ULL, 0xf574dcac2bce2fc7ULL},
    {0x220cbebc84e3d12eULL, 0x3453eaa193e837f1ULL, 0xd8b71333935203beULL, 0xa9d72c82ed03d675ULL,
     0x9d721cad685e353fULL, 0x488e857e335c3c7dULL, 0xf948e1a05d71e4ddULL, 0xef1fdfb3e81566d2ULL},
    {0x601758fd7c6cfe57ULL, 0x7a56a27ea9ea63f5ULL, 0xdfff00b723271a16ULL, 0xbfcd1747253af5a3ULL,
     0x359e35d7800fffbdULL, 0x7f151c1f1686104aULL, 0x9a3f410c6ca92363ULL, 0x4bea6bacad474799ULL},
    {0xfa68407a46647d6eULL, 0xbf71c57236904f35ULL, 0x0af21f66c2bec6b6ULL, 0xcffaa6b71c9ab7b4ULL,
     0x187f9ab49af08ec6ULL, 0x2d66c4f95142a46cULL, 0x6fa4c33b7a3039c0ULL, 0xae4faeae1d3ad3d9ULL},
    {0x8886564d3a14d493ULL, 0x3517454ca23c4af3ULL, 0x06476983284a0504ULL, 0x0992abc52d822c37ULL,
     0xd3473e33197a93c9ULL, 0x399ec6c7e6bf87c9ULL, 0x51ac86febf240954ULL, 0xf4c70e16eeaac5ecULL},
    {0xa47f0dd4bf02e71eULL, 0x36acc2355951a8d9ULL, 0x69d18d2bd1a5c42fULL, 0xf4892bcb929b0690ULL,
     0x89b4443b4ddbc49aULL, 0x4eb7f8719c36de1eULL, 0x03e7aa020c6e4141ULL, 0x9b1f5b424d93c9a7ULL},
    {0x7261445183235adbULL, 0x0e38dc92cb1f2a60ULL, 0x7b2b8a9aa6079c54ULL, 0x800a440bdbb2ceb1ULL,
     0x3cd955b7e00d0984ULL, 0x3a7d3a1b25894224ULL, 0x944c9ad8ec165fdeULL, 0x378f5a541631229bULL},
    {0x74b4c7fb98459cedULL, 0x3698fad1153bb6c3ULL, 0x7a1e6c303b7652f4ULL, 0x9fe76702af69334bULL,
     0x1fffe18a1b336103ULL, 0x8941e71cff8a78dbULL, 0x382ae548b2e4f3f3ULL, 0xabbedea680056f52ULL},
    {0x6bcaa4cd81f32d1bULL, 0xdea2594ac06fd85dULL, 0xefbacd1d7d476e98ULL, 0x8a1d71efea48b9caULL,
     0x2001802114846679ULL, 0xd8fa6bbbebab0761ULL, 0x3002c6cd635afe94ULL, 0x7bcd9ed0efc889fbULL},
    {0x48bc924af11bd720ULL, 0xfaf417d5d9b21b99ULL, 0xe71da4aa88e12852ULL, 0x5d80ef9d1891cc86ULL,
     0xf82012d430219f9bULL, 0xcda43c32bcdf1d77ULL, 0xd21380b00449b17aULL, 0x378ee767f11631baULL}
};

static uint64_t T[8][256];

typedef struct {
    uint64_t h[8], n[8], sigma[8];
    uint8_t buffer[BLOCK];
    unsigned used;
    unsigned bits;
} state_t;

static void make_tables(void)
{
    for (int j = 0; j < 8; j++)
        for (int x = 0; x < 256; x++) {
            uint64_t word = 0;
            for (int bit = 0; bit < 8; bit++)
                if (PI[x] >> bit & 1)
                    word ^= A[63 - (8 * j + bit)];
            T[j][x] = word;
        }
}

static uint64_t load(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static void store(uint8_t *p, uint64_t word)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(word >> 8 * i);
}

#define COLUMN(r, i)                                                                          \
    (T[0][(uint8_t)((r)[0] >> 8 * (i))] ^ T[1][(uint8_t)((r)[1] >> 8 * (i))] ^                \
     T[2][(uint8_t)((r)[2] >> 8 * (i))] ^ T[3][(uint8_t)((r)[3] >> 8 * (i))] ^                \
     T[4][(uint8_t)((r)[4] >> 8 * (i))] ^ T[5][(uint8_t)((r)[5] >> 8 * (i))] ^                \
     T[6][(uint8_t)((r)[6] >> 8 * (i))] ^ T[7][(uint8_t)((r)[7] >> 8 * (i))])

/* out = L(P(S(x xor y))); out may be x or y. */
static inline void lpsx(uint64_t out[8], const uint64_t x[8], const uint64_t y[8])
{
    uint64_t r[8];
    for (int j = 0; j < 8; j++)
        r[j] = x[j] ^ y[j];
    out[0] = COLUMN(r, 0);
    out[1] = COLUMN(r, 1);
    out[2] = COLUMN(r, 2);
    out[3] = COLUMN(r, 3);
    out[4] = COLUMN(r, 4);
    out[5] = COLUMN(r, 5);
    out[6] = COLUMN(r, 6);
    out[7] = COLUMN(r, 7);
}

/* The compression function g_N(h, m), section 8. */
static void compress(uint64_t h[8], const uint64_t n[8], const uint64_t m[8])
{
    uint64_t key[8], text[8];
    lpsx(key, h, n);
    memcpy(text, m, sizeof text);
    for (int i = 0; i < 12; i++) {
        lpsx(text, text, key);
        lpsx(key, key, C[i]);
    }
    for (int j = 0; j < 8; j++)
        h[j] ^= text[j] ^ key[j] ^ m[j];
}

static void add(uint64_t sum[8], const uint64_t term[8])
{
    uint64_t carry = 0;
    for (int j = 0; j < 8; j++) {
        uint64_t partial = sum[j] + carry;
        carry = partial < carry;
        sum[j] = partial + term[j];
        carry += sum[j] < partial;
    }
}

static void absorb(state_t *s, const uint8_t *block, unsigned bits)
{
    uint64_t m[8], length[8] = {bits, 0, 0, 0, 0, 0, 0, 0};
    for (int j = 0; j < 8; j++)
        m[j] = load(block + 8 * j);
    compress(s->h, s->n, m);
    add(s->n, length);
    add(s->sigma, m);
}

static void start(state_t *s, unsigned bits)
{
    memset(s, 0, sizeof *s);
    memset(s->h, bits == 256 ? 1 : 0, sizeof s->h);
    s->bits = bits;
}

static void update(state_t *s, const uint8_t *data, size_t size)
{
    if (s->used) {
        size_t take = BLOCK - s->used;
        if (take > size)
            take = size;
        if (take)
            memcpy(s->buffer + s->used, data, take);
        s->used += (unsigned)take;
        data += take;
        size -= take;
        if (s->used < BLOCK)
            return;
        absorb(s, s->buffer, 512);
        s->used = 0;
    }
    for (; size >= BLOCK; data += BLOCK, size -= BLOCK)
        absorb(s, data, 512);
    if (size)
        memcpy(s->buffer, data, size);
    s->used = (unsigned)size;
}

/* Writes bits/8 bytes; the state given is left as it was. */
static void finish(const state_t *from, uint8_t *out)
{
    static const uint64_t zero[8];
    state_t s = *from;
    unsigned length = s.used * 8, skip = s.bits == 256 ? 4 : 0;
    memset(s.buffer + s.used, 0, BLOCK - s.used);
    s.buffer[s.used] = 1;
    absorb(&s, s.buffer, length);
    compress(s.h, zero, s.n);
    compress(s.h, zero, s.sigma);
    for (unsigned j = skip; j < 8; j++)
        store(out + 8 * (j - skip), s.h[j]);
}

static void hmac_keys(state_t *inner, state_t *outer, unsigned bits, const uint8_t *key,
                      size_t size)
{
    uint8_t pad[BLOCK] = {0};
    if (size > BLOCK) {
        start(inner, bits);
        update(inner, key, size);
        finish(inner, pad);
    } else if (size)
        memcpy(pad, key, size);
    for (int i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36;
    start(inner, bits);
    update(inner, pad, BLOCK);
    for (int i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    start(outer, bits);
    update(outer, pad, BLOCK);
}

static void hmac_end(state_t *inner, const state_t *outer, uint8_t *out)
{
    state_t last = *outer;
    uint8_t digest[BLOCK];
    finish(inner, digest);
    update(&last, digest, inner->bits / 8);
    finish(&last, out);
}

/* RFC 8018, section 5.2, with HMAC-Streebog as the pseudorandom function. */
static void derive(unsigned bits, const uint8_t *password, size_t password_size,
                   const uint8_t *salt, size_t salt_size, unsigned long rounds, uint8_t *out,
                   size_t size)
{
    state_t inner, outer;
    unsigned width = bits / 8;
    hmac_keys(&inner, &outer, bits, password, password_size);
    for (uint32_t number = 1; size; number++) {
        uint8_t u[BLOCK], t[BLOCK];
        uint8_t tail[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                           (uint8_t)(number >> 8), (uint8_t)number};
        state_t s = inner;
        update(&s, salt, salt_size);
        update(&s, tail, 4);
        hmac_end(&s, &outer, u);
        memcpy(t, u, width);
        for (unsigned long i = 1; i < rounds; i++) {
            s = inner;
            update(&s, u, width);
            hmac_end(&s, &outer, u);
            for (unsigned j = 0; j < width; j++)
                t[j] ^= u[j];
        }
        size_t take = size < width ? size : width;
        memcpy(out, t, take);
        out += take;
        size -= take;
    }
}

typedef struct {
    PyObject_HEAD
    state_t state;
    PyThread_type_lock lock;
} object_t;

static void acquire(object_t *self)
{
    if (PyThread_acquire_lock(self->lock, 0) == 0) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->lock, 1);
        Py_END_ALLOW_THREADS
    }
}

static object_t *make_object(PyTypeObject *type)
{
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    object_t *self = (object_t *)allocate(type, 0);
    if (self == NULL)
        return NULL;
    self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        Py_DECREF(self);
        PyErr_NoMemory();
        return NULL;
    }
    return self;
}

static int checked_bits(unsigned bits)
{
    if (bits == 256 || bits == 512)
        return 1;
    PyErr_SetString(PyExc_ValueError, "bits must be 256 or 512");
    return 0;
}

static PyObject *object_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    unsigned bits;
    if (kwargs != NULL && PyDict_Size(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Streebog takes no keyword arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "I:Streebog", &bits) || !checked_bits(bits))
        return NULL;
    object_t *self = make_object(type);
    if (self != NULL)
        start(&self->state, bits);
    return (PyObject *)self;
}

static void object_dealloc(PyObject *op)
{
    object_t *self = (object_t *)op;
    PyTypeObject *type = Py_TYPE(op);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    if (self->lock != NULL)
        PyThread_free_lock(self->lock);
    release(op);
    Py_DECREF(type);
}

static PyObject *object_update(PyObject *op, PyObject *data)
{
    object_t *self = (object_t *)op;
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    acquire(self);
    if (view.len >= RELEASE_FROM) {
        Py_BEGIN_ALLOW_THREADS
        update(&self->state, view.buf, (size_t)view.len);
        Py_END_ALLOW_THREADS
    } else
        update(&self->state, view.buf, (size_t)view.len);
    PyThread_release_lock(self->lock);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *object_digest(PyObject *op, PyObject *unused)
{
    object_t *self = (object_t *)op;
    uint8_t out[BLOCK];
    (void)unused;
    acquire(self);
    finish(&self->state, out);
    PyThread_release_lock(self->lock);
    return PyBytes_FromStringAndSize((char *)out, self->state.bits / 8);
}

static PyObject *object_copy(PyObject *op, PyObject *unused)
{
    object_t *self = (object_t *)op, *twin = make_object(Py_TYPE(op));
    (void)unused;
    if (twin == NULL)
        return NULL;
    acquire(self);
    twin->state = self->state;
    PyThread_release_lock(self->lock);
    return (PyObject *)twin;
}

static PyObject *object_bits(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLong(((object_t *)op)->state.bits);
}

static PyMethodDef object_methods[] = {
    {"update", object_update, METH_O, "Absorb a bytes-like object."},
    {"digest", object_digest, METH_NOARGS, "Return the digest of what was absorbed so far."},
    {"copy", object_copy, METH_NOARGS, "Return an independent copy of the state."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef object_getset[] = {
    {"bits", object_bits, NULL, "256 or 512.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot object_slots[] = {
    {Py_tp_doc, "Streebog(bits): incremental GOST R 34.11-2012."},
    {Py_tp_new, object_new},
    {Py_tp_dealloc, object_dealloc},
    {Py_tp_methods, object_methods},
    {Py_tp_getset, object_getset},
    {0, NULL},
};

static PyType_Spec object_spec = {
    "medcab.signing.gost._streebog.Streebog", sizeof(object_t), 0, Py_TPFLAGS_DEFAULT,
    object_slots,
};

static PyObject *module_hmac(PyObject *module, PyObject *args)
{
    Py_buffer key, message;
    unsigned bits;
    uint8_t out[BLOCK];
    state_t inner, outer;
    (void)module;
    if (!PyArg_ParseTuple(args, "Iy*y*:hmac", &bits, &key, &message))
        return NULL;
    int valid = checked_bits(bits);
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        hmac_keys(&inner, &outer, bits, key.buf, (size_t)key.len);
        update(&inner, message.buf, (size_t)message.len);
        hmac_end(&inner, &outer, out);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&key);
    PyBuffer_Release(&message);
    return valid ? PyBytes_FromStringAndSize((char *)out, bits / 8) : NULL;
}

static PyObject *module_pbkdf2(PyObject *module, PyObject *args)
{
    Py_buffer password, salt;
    unsigned bits;
    unsigned long rounds;
    Py_ssize_t size;
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "Iy*y*kn:pbkdf2", &bits, &password, &salt, &rounds, &size))
        return NULL;
    if (checked_bits(bits)) {
        if (rounds < 1 || size < 1 || size > 1 << 20)
            PyErr_SetString(PyExc_ValueError, "rounds or size out of range");
        else
            result = PyBytes_FromStringAndSize(NULL, size);
    }
    if (result != NULL) {
        uint8_t *out = (uint8_t *)PyBytes_AsString(result);
        Py_BEGIN_ALLOW_THREADS
        derive(bits, password.buf, (size_t)password.len, salt.buf, (size_t)salt.len, rounds, out,
               (size_t)size);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&password);
    PyBuffer_Release(&salt);
    return result;
}

static PyMethodDef module_methods[] = {
    {"hmac", module_hmac, METH_VARARGS, "hmac(bits, key, message) -> bytes"},
    {"pbkdf2", module_pbkdf2, METH_VARARGS, "pbkdf2(bits, password, salt, rounds, size) -> bytes"},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module)
{
    make_tables();
    PyObject *type = PyType_FromSpec(&object_spec);
    if (type == NULL)
        return -1;
    if (PyModule_AddObject(module, "Streebog", type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, "_streebog", "Streebog in C.", 0, module_methods, module_slots,
    NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__streebog(void)
{
    return PyModuleDef_Init(&module_def);
}
